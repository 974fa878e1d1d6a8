"""What people do with a calendar, one deed after another, and what must come of each."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule

from samen.adapters.db.models import Occurrence, Series
from samen.domain.editing import Reach
from samen.services import approvals, booking, cancelling, editing, release, waitlist
from samen.services.booking import Booked, Refused
from support.building import NOW
from support.plain_calendar import ASKS, SPACES, Place, days_of, redrawn, wall
from support.told_calendar import Told

# Time stands still from here on, so that all of it stays in one quarter.
LATEST = NOW + timedelta(days=12)
BIKE = "velo-cargo"

spaces = st.sampled_from(SPACES)
# Few days and hours, so that deeds meet.
hours = st.sampled_from([9, 10, 11, 18])
lengths = st.integers(1, 3)
days = st.integers(0, 3)
rules = st.sampled_from(["FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"])
reaches = st.sampled_from(Reach)
bundles = st.sampled_from([(), (), (BIKE,)])


class Deeds(Told):
    """Each deed is asked for, predicted from what people were told, and then part of it."""

    occurrences = Bundle("occurrences")
    wishes = Bundle("wishes")

    @initialize(target=occurrences, space=spaces, day=days, hour=hours, rrule=rules)
    def begin(self, space, day, hour, rrule):
        return self.book_series(space, day, hour, rrule, skip=False, bundle=())

    # -- booking ------------------------------------------------------------------------------------------

    @rule(
        target=occurrences,
        space=spaces,
        day=days,
        hour=hours,
        length=lengths,
        who=st.integers(0, 1),
        bundle=bundles,
    )
    def book(self, space, day, hour, length, who, bundle):
        place = self.place_on(space, day, hour, length)
        return self._book(self.series_of(who, place, bundle), {}, skip=False)

    @rule(
        target=occurrences,
        space=spaces,
        day=days,
        hour=hours,
        rrule=rules,
        skip=st.booleans(),
        bundle=bundles,
    )
    def book_series(self, space, day, hour, rrule, skip, bundle):
        place = self.place_on(space, day, hour, 1)
        series = self.series_of(0, place, bundle)
        series.days, series.repeats = days_of(rrule, wall(place.start).date()), True
        return self._book(series, {"rrule": rrule, "skip_conflicts": skip}, skip=skip)

    def _book(self, series, more, skip):
        """Booked if all dates can be had, or some and the others may be skipped; and if the quota allows."""
        places = {day: series.place(day) for day in series.days}
        had = {day: place for day, place in places.items() if self.plain.may(place, self.now, series.bundle)}
        expected = bool(had) and (skip or had == places) and self.plain.fits(series.tenant, had.values())
        during = self.during_of(series.place(series.first))
        viewer = self.viewer_of(series)
        ask = booking.Ask(series.space, during, "Cours", None, viewer, bundle=series.bundle, **more)
        with self.database.write() as session:
            answer = booking.request(session, ask, self.now)
            assert isinstance(answer, Booked) == expected, (answer, had)
            if not expected:
                return multiple()
            series.left = places.keys() - had.keys()
            self.plain.series[answer.series.id] = series
            assert self.learn(answer.series.id, answer.occurrences) == had.keys()
            return multiple(*(one.id for one in answer.occurrences))

    @rule(target=occurrences, one=occurrences)
    def add_back(self, one):
        series_id = self.plain.dates[one].series
        series = self.plain.series[series_id]
        left = sorted(day for day in series.left if series.place(day).start > self.now)
        with self.database.write() as session:
            known = editing.dates_left_out(session.get_one(Series, series_id), self.now)
            assert [self.during_of(series.place(day)) for day in left] == known
            if not left:
                return multiple()
            place = series.place(left[0])
            expected = self.plain.may(place, self.now, series.bundle)
            expected = expected and self.plain.fits(series.tenant, [place])
            answer = editing.add_back(session, series_id, place.start, self.viewer_of(series), self.now)
            assert isinstance(answer, Refused) != expected, answer
            if not expected:
                return multiple()
            series.left.remove(left[0])
            assert self.learn(series_id, answer.occurrences) == {left[0]}
            return multiple(*(added.id for added in answer.occurrences))

    # -- editing ------------------------------------------------------------------------------------------

    @rule(
        target=occurrences,
        one=occurrences,
        space=spaces,
        day=days,
        hour=hours,
        reach=reaches,
        skip=st.booleans(),
    )
    def move(self, one, space, day, hour, reach, skip):
        place = self.place_on(space, day, hour, 1)
        change = editing.Change(space=space, start=place.start, end=place.end, skip_conflicts=skip)
        return self._edit(one, reach, change, place)

    @rule(
        target=occurrences,
        one=occurrences,
        by=st.integers(-1, 1),
        longer=st.integers(-1, 1),
        reach=reaches,
        skip=st.booleans(),
    )
    def shift(self, one, by, longer, reach, skip):
        stands = self.plain.dates[one].place
        start = stands.start + timedelta(hours=by)
        end = start + max(timedelta(hours=1), stands.end - stands.start + timedelta(hours=longer))
        change = editing.Change(start=start, end=end, skip_conflicts=skip)
        series = self.plain.series[self.plain.dates[one].series]
        alone = reach is Reach.THIS and series.repeats
        return self._edit(one, reach, change, Place(stands.space if alone else series.space, start, end))

    @rule(target=occurrences, one=occurrences, rrule=rules | st.just(""))
    def change_rule(self, one, rrule):
        return self._edit(one, Reach.ALL, editing.Change(rrule=rrule, skip_conflicts=True), None)

    def _edit(self, one, reach, change, to):
        found = self.plain.dates[one]
        series = self.plain.series[found.series]
        with self.database.write() as session:
            answer = editing.edit(session, one, change, reach, self.viewer_of(series), self.now)
            if not found.alive or found.place.end <= self.now:
                assert isinstance(answer, Refused), answer
                return multiple()
            if reach is Reach.THIS and series.repeats:
                return self._edited_alone(one, to, answer)
            return self._edited(session, one, reach, change, to, answer)

    def _edited_alone(self, one, to, answer):
        found = self.plain.dates[one]
        series = self.plain.series[found.series]
        may = self.plain.may(to, self.now, series.bundle, {one})
        assert isinstance(answer, Refused) != (may and self.plain.fits(series.tenant, [to], {one})), answer
        if not isinstance(answer, Refused):
            found.moved = found.moved or to != found.place
            self.plain.put(one, to)
        return multiple()

    def _edited(self, session, one, reach, change, to, answer):
        drawn = redrawn(self.plain, one, reach.value, self.now, to=to, rrule=change.rrule)
        may_skip = change.skip_conflicts and drawn.series.repeats
        expected = drawn.fits and (may_skip or not (drawn.blocked or drawn.closed))
        assert isinstance(answer, Refused) != expected, (answer, drawn)
        if not expected:
            return multiple()
        series_id = answer.series.id
        if drawn.pivot is not None and series_id == self.plain.dates[one].series:
            # Nothing was asked for, so nothing is parted.
            assert drawn.is_nothing
            return multiple()
        self._split(self.plain.dates[one].series, series_id, drawn)
        self.plain.end(drawn.dropped, "cancelled", self.now)
        for row, place in drawn.placed.items():
            self.plain.dates[row].moved = row in drawn.blocked
            if row not in drawn.blocked:
                self.plain.put(row, place)
        for row in drawn.rows:
            self.plain.dates[row].series = series_id
            self.plain.dates[row].day += drawn.turned
        for row in (*drawn.detached, *drawn.dropped):
            self.plain.alone(row, session.get_one(Occurrence, row).series_id)
        new = [row for row in answer.occurrences if row.id not in self.plain.dates]
        assert self.learn(series_id, new) == drawn.added.keys()
        return multiple(*(row.id for row in new))

    def _split(self, before, after, drawn):
        """What comes before the pivot stays the series that it was."""
        if before != after:
            assert drawn.pivot is not None
            old = self.plain.series[before]
            old.days = [day for day in old.days if day < drawn.pivot]
            old.left = {day for day in old.left if day < drawn.pivot}
        else:
            assert drawn.pivot is None
        self.plain.series[after] = drawn.series

    # -- giving back, deciding ----------------------------------------------------------------------------

    @rule(one=occurrences, reach=reaches)
    def cancel(self, one, reach):
        found = self.plain.dates[one]
        series = self.plain.series[found.series]
        rows = (
            [one]
            if reach is Reach.THIS and series.repeats
            else self.plain.reached(one, reach.value, self.now)[0]
        )
        gone = {
            row for row in rows if self.plain.dates[row].alive and self.plain.dates[row].place.end > self.now
        }
        with self.database.write() as session:
            answer = cancelling.cancel(session, one, self.viewer_of(series), self.now, reach)
            if found.place.end <= self.now or not gone:
                assert isinstance(answer, Refused), answer
                return
            assert {row.id for row in answer.occurrences} == gone
        self.plain.end(gone, "cancelled", self.now)

    @rule(one=occurrences)
    def give_back(self, one):
        found = self.plain.dates[one]
        mark = self.now + (-(self.now - NOW) % timedelta(minutes=5))
        running = found.place.start <= self.now and mark > found.place.start
        expected = found.status == "confirmed" and (mark if running else self.now) < found.place.end
        with self.database.write() as session:
            viewer = self.viewer_of(self.plain.series[found.series])
            answer = release.release(session, one, viewer, self.now)
            assert isinstance(answer, Refused) != expected, answer
        if expected and running:
            found.place = Place(found.place.space, found.place.start, mark)
            found.cut = True
        elif expected:
            self.plain.end([one], "released", self.now)

    @rule(one=occurrences, yes=st.booleans(), alone=st.booleans())
    def decide(self, one, yes, alone):
        series_id = self.plain.dates[one].series
        asked = {
            row for row in self.plain.dates_of(series_id) if self._is_open(row) and (row == one or not alone)
        }
        named = [one] if alone else None
        with self.database.write() as session:
            manager = self.house.manager
            if yes:
                answer = approvals.approve(session, series_id, manager, self.now, named)
            else:
                answer = approvals.decline(session, series_id, manager, "", self.now, named)
        met = self._met_by(asked)
        rivals = {row for row in met if self.plain.dates[row].status == "pending"}
        expected = bool(asked) and (not yes or rivals == met)
        assert isinstance(answer, Refused) != expected, answer
        if not expected:
            return
        self.plain.end(rivals if yes else asked, "declined", self.now)
        for row in asked if yes else ():
            self.plain.dates[row].status = "confirmed"

    def _is_open(self, row):
        return self.plain.dates[row].status == "pending" and self.plain.dates[row].place.end > self.now

    def _met_by(self, asked):
        """Dates of other series that claim, or ask for, a part of the same."""
        wanted = [claim for row in asked for claim in self.claims_of(row)]
        own = {self.plain.dates[row].series for row in asked}
        return {
            row
            for row, stands in self.plain.dates.items()
            if stands.alive and stands.series not in own
            for atom, start, end in self.claims_of(row)
            if any(atom == other and start < until and since < end for other, since, until in wanted)
        }

    # -- waiting ------------------------------------------------------------------------------------------

    @rule(target=wishes, one=occurrences, space=spaces | st.none(), later=st.integers(0, 1), length=lengths)
    def wait(self, one, space, later, length):
        """Around a time that is booked, or was."""
        stands = self.plain.dates[one].place
        space, start = space or stands.space, stands.start + timedelta(hours=later)
        place = Place(space, start, start + timedelta(hours=length))
        wish = waitlist.Wish(place.space, self.during_of(place), "Attente", None, self.members[1])
        with self.database.write() as session:
            answer = waitlist.join(session, wish, self.now)
            if isinstance(answer, Refused):
                return multiple()
            assert not self.plain.free(place)
            self.waiting[answer.id] = place
            return answer.id

    @rule(target=occurrences, wish=wishes, yes=st.booleans())
    def answer_offer(self, wish, yes):
        offer, until = self.offers.get(wish, (None, self.now))
        stands = self.plain.dates.get(offer)
        kept = stands is not None and stands.status == "held"
        tenant = self.members[1].tenant_id
        expected = kept and (
            not yes or (until > self.now and self.plain.fits(tenant, [stands.place], [offer]))
        )
        with self.database.write() as session:
            step = waitlist.accept if yes else waitlist.decline
            answer = step(session, wish, self.members[1], self.now)
            assert isinstance(answer, Refused) != expected, answer
        if not expected:
            return multiple()
        if not yes:
            self.plain.end([offer], "lapsed", self.now)
            return multiple()
        stands.status = "pending" if stands.place.space in ASKS else "confirmed"
        return offer

    def _fits(self, place, offer):
        return self.plain.fits(self.members[1].tenant_id, [place], [offer])

    @rule()
    def let_holds_lapse(self):
        self._on_to(self.now + timedelta(minutes=31))

    @rule(one=occurrences)
    def go_on_until_it_runs(self, one):
        """Not for what is far away: most deeds should find something that is still to come."""
        start = self.plain.dates[one].place.start
        if self.plain.dates[one].alive and self.now < start < self.now + timedelta(days=2):
            self._on_to(start + timedelta(minutes=22))

    def _on_to(self, now):
        """What the sweep does every minute."""
        self.now = min(now, LATEST)
        late = [offer for offer, until in self.offers.values() if until <= self.now]
        self.plain.end([one for one in late if self.plain.dates[one].status == "held"], "lapsed", self.now)
        with self.database.write() as session:
            waitlist.expire(session, self.now)
            waitlist.catch_up(session, self.now)
        self.untold = set()
