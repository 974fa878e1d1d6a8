"""The wish form: what was typed, and whether it can be understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Wish
from samen.domain.allocation.instance import MOST_URGENT, Option
from samen.domain.allocation.season import Season
from samen.services.wishes import Asked
from samen.web.booking_form import LONGEST_TITLE, MOST_PEOPLE
from samen.web.facts import wall

# How much less welcome than the first choice: what "rather not" and "only if nothing else" weigh.
WELCOME = {"good": 0.0, "less": 1.0, "last": 3.0}
RHYTHMS = ("all", "odd", "even", "chosen")
PRIORITIES = tuple(str(priority) for priority in range(1, MOST_URGENT + 1))
MOST_CHOICES = 12
LONGEST_NEEDS = 200


@dataclass(frozen=True)
class Frame:
    """What a round lets one wish for.

    `spaces`: names by slug; `things`: names of people and things that wishes may need: the building's by
    slug, and those that other wishes of one's own named; `points_left`: of the budget, without this wish.
    """

    season: Season
    features: tuple[str, ...]
    spaces: Mapping[str, str]
    things: Mapping[str, str]
    points_left: int

    @property
    def starts(self) -> list[str]:
        """Wall times at which a slot begins."""
        return [wall(self.season.clock(slot)) for slot in range(self.season.slots_per_day)]

    @property
    def lengths(self) -> list[int]:
        """In minutes, from a slot to the whole day."""
        return [slots * self.season.slot_minutes for slots in range(1, self.season.slots_per_day + 1)]

    def number_of(self, week: int) -> int:
        """A week's number in the calendar, by which people call it odd or even."""
        return (self.season.from_on + timedelta(weeks=week)).isocalendar().week


@dataclass(frozen=True)
class Choice:
    """A row of the form as text: a weekday from 0, a wall time, and a key of WELCOME."""

    day: str = ""
    start: str = ""
    welcome: str = "good"


@dataclass(frozen=True)
class WishForm:
    """The fields as text; the first of `choices` is the first choice. `where`: any or named. `things`: chosen
    from those on offer; `needs`: more of them, with commas between."""

    title: str = ""
    people: str = ""
    length: str = "120"
    rhythm: str = "all"
    weeks: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    where: str = "any"
    spaces: tuple[str, ...] = ()
    priority: str = "1"
    things: tuple[str, ...] = ()
    needs: str = ""
    choices: tuple[Choice, ...] = (Choice(),)

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> WishForm:
        """What a browser sent, with the row that a button adds, takes away or picks from the week."""
        rows = zip(fields.getlist("day"), fields.getlist("start"), fields.getlist("welcome"), strict=False)
        form = cls(
            fields.get("title", "").strip(),
            fields.get("people", "").strip(),
            fields.get("length", "").strip(),
            fields.get("weeks", "all"),
            tuple(fields.getlist("week")),
            tuple(fields.getlist("feature")),
            fields.get("where", "any"),
            tuple(fields.getlist("space")),
            fields.get("priority", "1"),
            tuple(fields.getlist("thing")),
            fields.get("needs", "").strip(),
            tuple(Choice(*row) for row in rows) or (Choice(),),
        )
        return form._pressed(fields)

    def _pressed(self, fields: MultiDict[str, str]) -> WishForm:
        if "add" in fields:
            return replace(self, choices=(*self.choices, Choice())[:MOST_CHOICES])
        if "drop" in fields:
            left = [one for at, one in enumerate(self.choices) if str(at) != fields["drop"]]
            return replace(self, choices=tuple(left) or (Choice(),))
        return self.picked(*fields["pick"].partition("/")[::2]) if "pick" in fields else self

    def picked(self, day: str, start: str) -> WishForm:
        """With that time as one more choice, or without it where it was one."""
        left = tuple(one for one in self.choices if (one.day, one.start) != (day, start) and one.day)
        if len(left) < len([one for one in self.choices if one.day]):
            return replace(self, choices=left or (Choice(),))
        return replace(self, choices=(*left, Choice(day, start))[:MOST_CHOICES])

    def problems(self, frame: Frame) -> dict[str, str]:
        """A sentence for each field that cannot be understood."""
        return dict(self._problems(frame))

    def _problems(self, frame: Frame) -> Iterator[tuple[str, str]]:
        yield from self._wrong_words()
        if self.length not in map(str, frame.lengths):
            yield "length", _("Choose one of these.")
        yield from self._wrong_weeks(frame)
        yield from self._wrong_choices(frame)
        if not set(self.features) <= set(frame.features):
            yield "features", _("Choose one of these.")
        if self.where != "any" and not (self.spaces and set(self.spaces) <= frame.spaces.keys()):
            yield "spaces", _("Name a room at least, or take any that fits.")
        if not set(self.things) <= frame.things.keys():
            yield "needs", _("Choose one of these.")
        if self.priority not in PRIORITIES:
            yield "priority", _("Choose one of these.")
        elif int(self.priority) - 1 > frame.points_left:
            yield "priority", _("Your points do not reach that far: %(left)s left.", left=frame.points_left)

    def _wrong_words(self) -> Iterator[tuple[str, str]]:
        if not self.title or len(self.title) > LONGEST_TITLE:
            yield "title", _("This is too long for a title.") if self.title else _("Give your wish a title.")
        if not _is_count(self.people):
            yield "people", _("How many people, as a number.")
        if len(self.needs) > LONGEST_NEEDS:
            yield "needs", _("This is too long.")

    def _wrong_weeks(self, frame: Frame) -> Iterator[tuple[str, str]]:
        known = {str(week) for week in range(frame.season.weeks)}
        if self.rhythm not in RHYTHMS or not set(self.weeks) <= known:
            yield "weeks", _("Choose one of these.")
        elif not self.week_numbers(frame):
            yield "weeks", _("Choose a week at least.")

    def _wrong_choices(self, frame: Frame) -> Iterator[tuple[str, str]]:
        named = [(at, one) for at, one in enumerate(self.choices) if one.day or not at]
        for at, one in named:
            if one.day not in map(str, range(len(frame.season.weekdays))):
                yield f"choice_{at}", _("Choose a day.")
            elif one.start not in frame.starts or one.welcome not in WELCOME:
                yield f"choice_{at}", _("Choose one of these.")
            elif self.length.isdecimal() and not self._fits(one, frame):
                yield f"choice_{at}", _("It would end after the building closes.")

    def _fits(self, choice: Choice, frame: Frame) -> bool:
        slots = int(self.length[:5]) // frame.season.slot_minutes
        return frame.starts.index(choice.start) + slots <= frame.season.slots_per_day

    def week_numbers(self, frame: Frame) -> tuple[int, ...]:
        return tuple(week for week in range(frame.season.weeks) if self._takes(week, frame.number_of(week)))

    def _takes(self, week: int, number: int) -> bool:
        if self.rhythm == "chosen":
            return str(week) in self.weeks
        return self.rhythm == "all" or number % 2 == (self.rhythm == "odd")

    def asked(self, frame: Frame) -> Asked:
        """Call when there are no problems."""
        options = {
            (int(one.day), frame.starts.index(one.start)): 0.0 if at == 0 else WELCOME[one.welcome]
            for at, one in reversed(list(enumerate(self.choices)))
            if one.day
        }
        return Asked(
            self.title,
            int(self.people),
            int(self.length) // frame.season.slot_minutes,
            self.week_numbers(frame),
            tuple(Option(*at, penalty) for at, penalty in reversed(options.items())),
            int(self.priority),
            frozenset(self.features),
            None if self.where == "any" else frozenset(self.spaces),
            frozenset(self.things) | {one.strip() for one in self.needs.split(",") if one.strip()},
        )


def form_of(wish: Wish, frame: Frame) -> WishForm:
    """The form that says what a wish says, to be changed."""
    whole = WishForm(
        wish.title,
        str(wish.people),
        str(wish.slots * frame.season.slot_minutes),
        features=tuple(wish.features),
        where="any" if wish.spaces is None else "named",
        spaces=tuple(wish.spaces or ()),
        priority=str(wish.priority),
        things=tuple(need for need in wish.needs if need in frame.things),
        needs=", ".join(need for need in wish.needs if need not in frame.things),
        choices=tuple(
            Choice(str(one["day"]), frame.starts[one["start"]], welcome_of(one["penalty"]))
            for one in wish.options
        ),
    )
    for rhythm in RHYTHMS[:-1]:
        if replace(whole, rhythm=rhythm).week_numbers(frame) == tuple(wish.weeks):
            return replace(whole, rhythm=rhythm)
    return replace(whole, rhythm="chosen", weeks=tuple(map(str, wish.weeks)))


def welcome_of(penalty: float) -> str:
    """The choice of the form that comes nearest."""
    return min(WELCOME, key=lambda name: abs(WELCOME[name] - penalty))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PEOPLE
