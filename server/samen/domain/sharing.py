"""Who owes what of a bill, to the cent.

E_i = measured_i + residual · (α·m² + β·hours + γ·heads, each as a share of all), α + β + γ = 1

residual = main − Σ sub-meters of tenants: what sub-meters that all share counted, and what none did.

What a bill charges for energy follows E_i. Before that, what is fixed goes by m²: what the bill itself names
as fixed, and of the rest as much as the key says (the French CCH has 25 to 50 % by area, the rest measured).

Where that says nothing, this does, and a `Doubt` tells of it:
- Nobody has any m² (or hours, or heads): that weight goes to the key's other criteria in proportion; with
  none of them, all have equal parts.
- The sub-meters count more than the main meter: there is nothing left to spread, and nobody is given less
  than they used. Costs follow what was measured.
- No energy at all is known: the whole cost goes by the key.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from samen.domain.apportion import apportion

# Keys are in thousandths: a third is 333, 333 and 334.
WHOLE = 1000


class Criterion(enum.Enum):
    """By what a part is spread."""

    AREA = "area"
    HOURS = "hours"
    HEADS = "heads"


class Part(enum.Enum):
    """Of what a line is: the fixed part, energy on a tenant's own meters, or the energy of all."""

    FIXED = "fixed"
    MEASURED = "measured"
    COMMON = "common"


@dataclass(frozen=True)
class Key:
    """Weights in thousandths: α, β and γ of the energy of all, and `fixed` of the cost, by m².

    Raises ValueError where they are none.
    """

    area: int
    hours: int
    heads: int
    fixed: int = 0

    def __post_init__(self) -> None:
        weights = (self.area, self.hours, self.heads)
        if min(weights) < 0 or sum(weights) != WHOLE or not 0 <= self.fixed <= WHOLE:
            raise ValueError("the weights of a key add up to 1000")

    def weight(self, criterion: Criterion) -> Fraction:
        return Fraction(getattr(self, criterion.value), WHOLE)


@dataclass(frozen=True)
class Invoice:
    """What is to be shared, in cents; below zero it is a credit. `fixed_cents`: what goes by m² of it."""

    cents: int
    fixed_cents: int = 0


@dataclass(frozen=True)
class Party:
    """A tenant over the period: what it had on average, its hours, and energy on its own meters."""

    tenant: str
    area_m2: float = 0.0
    hours: float = 0.0
    heads: float = 0.0
    measured_kwh: float = 0.0

    def has(self, criterion: Criterion) -> Fraction:
        figures = {
            Criterion.AREA: self.area_m2,
            Criterion.HOURS: self.hours,
            Criterion.HEADS: self.heads,
        }
        return _exact(figures[criterion])


@dataclass(frozen=True)
class Doubt:
    """What to know beside a share; `tenant` where it is nobody else's affair."""

    code: str
    facts: Mapping[str, str | float] = field(default_factory=dict)
    tenant: str | None = None


@dataclass(frozen=True)
class Line:
    """`quantity` of `whole` at `weight` of its part: so much energy, so many cents.

    `criterion` is None for measured energy, and for equal parts.
    """

    part: Part
    criterion: Criterion | None
    quantity: float
    whole: float
    weight: float
    kwh: float
    cents: int


@dataclass(frozen=True)
class Share:
    """What a tenant owes; its lines add up to it. `kwh`: its E_i."""

    tenant: str
    cents: int
    kwh: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sharing:
    """The shares by name of tenant; they add up to the invoice."""

    shares: tuple[Share, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class _Claim:
    """A line before rounding."""

    part: Part
    criterion: Criterion | None
    quantity: Fraction
    whole: Fraction
    weight: Fraction
    kwh: Fraction
    cents: Fraction


@dataclass(frozen=True)
class Residual:
    """Energy on no tenant's own meter: on sub-meters that all share, and on none.

    `not_measured_kwh` is below zero where the sub-meters count more than the main meter.
    """

    shared_kwh: float = 0.0
    not_measured_kwh: float = 0.0

    @property
    def kwh(self) -> Fraction:
        """What there is to spread: never less than nothing."""
        return max(Fraction(), _exact(self.shared_kwh)) + max(Fraction(), _exact(self.not_measured_kwh))


def share(invoice: Invoice, key: Key, parties: Sequence[Party], residual: Residual) -> Sharing:
    """Share an invoice.

    The same arguments give the same shares, in whatever order the parties come. Raises ValueError without
    any party.
    """
    if not parties:
        raise ValueError("nobody to share with")
    parties = sorted(parties, key=lambda party: party.tenant)
    fixed = invoice.fixed_cents + Fraction((invoice.cents - invoice.fixed_cents) * key.fixed, WHOLE)
    by_energy = _by_energy(invoice.cents - fixed, key, parties, residual.kwh)
    claims = [a + b for a, b in zip(_by_area(fixed, key, parties), by_energy, strict=True)]
    cents = apportion(invoice.cents, [sum((one.cents for one in own), Fraction()) for own in claims])
    shares = [_share(*each) for each in zip(parties, cents, claims, strict=True)]
    return Sharing(tuple(shares), tuple(_doubts(fixed, key, parties, residual)))


def _share(party: Party, cents: int, claims: Sequence[_Claim]) -> Share:
    claims = [one for one in claims if one.quantity or one.cents]
    wholes = apportion(cents, [one.cents for one in claims])
    lines = tuple(_line(one, whole) for one, whole in zip(claims, wholes, strict=True))
    return Share(party.tenant, cents, _shown(sum((one.kwh for one in claims), Fraction())), lines)


def _line(claim: _Claim, cents: int) -> Line:
    return Line(
        claim.part,
        claim.criterion,
        quantity=_shown(claim.quantity),
        whole=_shown(claim.whole),
        weight=_shown(claim.weight),
        kwh=_shown(claim.kwh),
        cents=cents,
    )


def _by_area(cents: Fraction, key: Key, parties: Sequence[Party]) -> list[list[_Claim]]:
    if not cents:
        return [[] for _ in parties]
    weights = _usable({Criterion.AREA: Fraction(1)}, parties) or _usable(_wanted(key), parties)
    return _spread(Part.FIXED, cents, Fraction(), weights, parties)


def _by_energy(cents: Fraction, key: Key, parties: Sequence[Party], residual: Fraction) -> list[list[_Claim]]:
    measured = [max(Fraction(), _exact(party.measured_kwh)) for party in parties]
    own, energy = sum(measured, Fraction()), sum(measured, residual)
    per_kwh = cents / energy if energy else Fraction()
    common = residual * per_kwh if energy else cents
    claims = _spread(Part.COMMON, common, residual, _usable(_wanted(key), parties), parties)
    return [
        [_Claim(Part.MEASURED, None, kwh, own, Fraction(1), kwh, kwh * per_kwh), *more] if kwh else more
        for kwh, more in zip(measured, claims, strict=True)
    ]


def _spread(
    part: Part,
    cents: Fraction,
    kwh: Fraction,
    weights: Mapping[Criterion, Fraction],
    parties: Sequence[Party],
) -> list[list[_Claim]]:
    """Each party's claims on one part: by the criteria, or equal ones where there is none to go by."""
    if not cents and not kwh:
        return [[] for _ in parties]
    if not weights:
        all_, each = Fraction(len(parties)), Fraction(1, len(parties))
        equal = _Claim(part, None, Fraction(1), all_, Fraction(1), kwh * each, cents * each)
        return [[equal] for _ in parties]
    wholes = {criterion: _whole(criterion, parties) for criterion in weights}
    return [
        [
            _claim(part, one, has, wholes[one], weight, kwh, cents)
            for one, weight in weights.items()
            if (has := party.has(one))
        ]
        for party in parties
    ]


def _claim(
    part: Part,
    criterion: Criterion,
    has: Fraction,
    whole: Fraction,
    weight: Fraction,
    kwh: Fraction,
    cents: Fraction,
) -> _Claim:
    of_part = weight * has / whole
    return _Claim(part, criterion, has, whole, weight, of_part * kwh, of_part * cents)


def _wanted(key: Key) -> dict[Criterion, Fraction]:
    return {one: key.weight(one) for one in Criterion if key.weight(one)}


def _usable(wanted: Mapping[Criterion, Fraction], parties: Sequence[Party]) -> dict[Criterion, Fraction]:
    """The weights of criteria in which somebody has something, made to add up to 1."""
    left = {one: weight for one, weight in wanted.items() if _whole(one, parties)}
    return {one: weight / sum(left.values()) for one, weight in left.items()}


def _whole(criterion: Criterion, parties: Sequence[Party]) -> Fraction:
    return sum((party.has(criterion) for party in parties), Fraction())


def _doubts(fixed: Fraction, key: Key, parties: Sequence[Party], residual: Residual) -> list[Doubt]:
    wanted = dict.fromkeys([*_wanted(key), *([Criterion.AREA] if fixed else [])])
    found = [Doubt("nobody_has", {"criterion": one.value}) for one in wanted if not _whole(one, parties)]
    if residual.not_measured_kwh < 0:
        found.append(Doubt("negative_residual", {"kwh": residual.not_measured_kwh}))
    if not residual.kwh and all(party.measured_kwh <= 0 for party in parties):
        found.append(Doubt("no_energy"))
    for party in parties:
        found += _doubts_of(party, [one for one in wanted if _whole(one, parties)])
    return found


def _doubts_of(party: Party, used: Sequence[Criterion]) -> list[Doubt]:
    found = [
        Doubt("has_none", {"criterion": one.value}, party.tenant)
        for one in used
        if one is not Criterion.HOURS and not party.has(one)
    ]
    if party.measured_kwh < 0:
        found.append(Doubt("negative_measured", {"kwh": party.measured_kwh}, party.tenant))
    return found


def _exact(figure: float) -> Fraction:
    """The figure as it is written, so that a person with a pencil gets the same."""
    return Fraction(str(figure))


def _shown(figure: Fraction) -> float:
    return round(float(figure), 4)
