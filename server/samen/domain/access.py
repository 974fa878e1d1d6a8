"""Who may do and see what."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.Enum):
    """What a membership allows. A visitor has none; a device speaks MQTT only."""

    MEMBER = "member"
    TENANT_ADMIN = "tenant_admin"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Scope(enum.Enum):
    """What an API token may be used for; its owner's role limits it further."""

    BOOKINGS = "bookings"
    ENERGY = "energy"
    DEVICES = "devices"


@dataclass(frozen=True)
class Viewer:
    """A signed-in member acting for one tenant."""

    member_id: int
    tenant_id: int
    role: Role

    @property
    def actor(self) -> str:
        """How the audit chain names them: never by name or address."""
        return f"member:{self.member_id}"

    def sees_details_of(self, tenant_id: int) -> bool:
        """Titles and people of a booking: the tenant's own, and those who look after the building."""
        return tenant_id == self.tenant_id or self.oversees

    def may_change(self, tenant_id: int, booked_by_id: int) -> bool:
        """Their own bookings, all of their tenant's for its admin, all of them for a manager."""
        if self.role is Role.MANAGER:
            return True
        own_tenant = tenant_id == self.tenant_id
        return own_tenant and (booked_by_id == self.member_id or self.role is Role.TENANT_ADMIN)

    def may_decide(self, owner_id: int | None) -> bool:
        """Requests for a space: its owner's admins', and a manager's for every space."""
        own = self.role is Role.TENANT_ADMIN and owner_id == self.tenant_id
        return own or self.role is Role.MANAGER

    @property
    def oversees(self) -> bool:
        """Whether the whole building is theirs to read."""
        return self.role in {Role.MANAGER, Role.AUDITOR}

    def may_read_meter_of(self, tenant_id: int | None) -> bool:
        """The tenant's own meters and the building's shared ones; all of them for those who look after it."""
        return tenant_id in {None, self.tenant_id} or self.oversees

    def may_invite(self, tenant_id: int, role: Role) -> bool:
        """A manager invites anyone; a tenant's admin invites members and admins into that tenant."""
        if self.role is Role.MANAGER:
            return True
        own = self.role is Role.TENANT_ADMIN and tenant_id == self.tenant_id
        return own and role in {Role.MEMBER, Role.TENANT_ADMIN}
