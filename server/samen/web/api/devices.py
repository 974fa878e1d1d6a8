"""The building's nodes."""

from __future__ import annotations

from typing import Any

from samen.adapters.db.models import Device
from samen.domain.access import Scope
from samen.services import devices
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
        return [_device(device) for device in devices.every(session)]


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": device.slug,
        "name": device.name,
        "site": device.site.slug,
        "space": device.space.slug if device.space else None,
        "outdoor": device.outdoor,
        "streams": device.streams,
        "state": device.state.value,
        "last_seen": device.last_seen_at,
        "revoked": device.revoked_at is not None,
    }
