"""The building's nodes."""

from __future__ import annotations

from typing import Any

from samen.adapters.db.models import Device, DeviceUpdate
from samen.domain.access import Scope
from samen.services import devices, updates
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.schemas import DeviceSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("nodes", __name__, description="The building's nodes")


@blueprint.route("/devices")
@allow(Access.OVERSIGHT, Scope.DEVICES)
@blueprint.response(200, DeviceSchema(many=True))
def list_devices() -> list[dict[str, Any]]:
    """Every node by name, revoked ones too."""
    with current.database().read() as session:
        asked = updates.every(session)
        return [_device(device, asked.get(device.id)) for device in devices.every(session)]


def _device(device: Device, update: DeviceUpdate | None) -> dict[str, Any]:
    return {
        "id": device.slug,
        "name": device.name,
        "site": device.site.slug,
        "space": device.space.slug if device.space else None,
        "outdoor": device.outdoor,
        "streams": device.streams,
        "state": device.state.value,
        "last_seen": device.last_seen_at,
        "firmware": (device.meta or {}).get("fw"),
        "update": _update(update) if update else None,
        "revoked": device.revoked_at is not None,
    }


def _update(update: DeviceUpdate) -> dict[str, Any]:
    return {"version": update.version, "state": update.state, "detail": update.detail}
