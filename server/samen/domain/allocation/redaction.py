"""What of an explanation is for a tenant's eyes."""

from __future__ import annotations

import enum
from dataclasses import replace

from samen.domain.allocation.explanation import Explanation, OptionTold, PriceTold, Who


class Names(enum.Enum):
    """Whose names a round publishes: nobody's, the tenants', or those of their wishes as well."""

    NONE = "none"
    TENANTS = "tenants"
    ALL = "all"


def redacted(explanation: Explanation, names: Names) -> Explanation:
    """Without the names of other tenants and their wishes that the round does not publish.

    Times, spaces and figures stay: without them there is no reason to check.
    """

    def who(one: Who) -> Who:
        if one.own or names is Names.ALL:
            return one
        return Who(one.tenant if names is Names.TENANTS else None, None, own=False)

    def option(one: OptionTold) -> OptionTold:
        return one._replace(holders=tuple(holder._replace(who=who(holder.who)) for holder in one.holders))

    def priced(one: PriceTold) -> PriceTold:
        moved = tuple(part._replace(who=who(part.who)) for part in one.moved)
        return one._replace(
            moved=moved, dropped=tuple(part._replace(who=who(part.who)) for part in one.dropped)
        )

    return replace(
        explanation,
        options=tuple(option(one) for one in explanation.options),
        price=priced(explanation.price) if explanation.price else None,
    )
