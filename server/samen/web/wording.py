"""Refusals in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask_babel import gettext

from samen.domain.rules import Fact, Refusal
from samen.web.facts import Json, plain, said


def N_(text: str) -> str:  # noqa: N802  (the name that message extraction knows)
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return text


SENTENCES = {
    "closes_before_opening": N_("It must close after it opens."),
    "lacks_features": N_("It does not have: %(features)s."),
    "frost_above_setback": N_("The frost guard cannot be above the temperature otherwise."),
    "setback_above_comfort": N_("It cannot be warmer than while it is booked."),
    "longest_under_shortest": N_("The longest booking cannot be shorter than the shortest."),
    "no_such_tenant": N_("There is no such association."),
    "out_of_limits": N_("It can be from %(least)s to %(most)s."),
    "rule_needs_reach": N_("A repetition is changed for all dates, or for this and the following."),
    "rule_cannot_shift": N_("The repetition names days that cannot move along: give a new one."),
    "not_left_out": N_("This date is not one that was left out."),
    "ends_before_start": N_("It must end after it starts."),
    "accept_first": N_("This place is only kept for you: take it first."),
    "already_begun": N_("That time is over."),
    "already_cancelled": N_("This booking was cancelled before."),
    "already_decided": N_("This was decided in the meantime."),
    "already_released": N_("This booking was given back before."),
    "already_over": N_("This booking is over: it ended on %(ended)s."),
    "intervention_name_taken": N_("Another intervention has this name: give it one of its own."),
    "intervention_unnamed": N_("Give it a name of at most %(most)s characters."),
    "no_picture": N_("This is no JPEG, PNG or WebP picture of at most 2 MB."),
    "nothing_after_baseline": N_(
        "The baseline goes on until %(date)s: only days after that can be compared with it."
    ),
    "nothing_measured": N_("Nothing was measured yet."),
    "nothing_used_before": N_("Nothing was used in the baseline: there is nothing to save of."),
    "reporting_before_baseline_ends": N_("The reporting period begins before the baseline ends."),
    "subsidy_over_cost": N_("A subsidy is at most what it cost."),
    "too_few_bills_to_judge": N_(
        "There are too few bills with an outdoor temperature: %(baseline)s within the baseline, "
        "%(reporting)s within the reporting period."
    ),
    "too_few_days_to_judge": N_(
        "There are too few days with both energy and an outdoor temperature: %(baseline)s in the baseline, "
        "%(reporting)s in the reporting period."
    ),
    "too_many_characters": N_("It has at most %(most)s characters."),
    "touches_nothing": N_("Choose a meter at least."),
    "works_end_before_they_begin": N_("The works end before they begin."),
    "already_asked": N_("Somebody has asked for it before."),
    "done_in_the_future": N_("It cannot be done later than today, %(today)s."),
    "finding_moved_on": N_("That cannot be done with it any more: somebody changed it, or it was measured."),
    "no_such_finding": N_("There is no such finding among those that are yours to act on."),
    "no_such_member": N_("There is no such member."),
    "reason_needed": N_("Say why: others will read it."),
    "too_few_days_in_quarters": N_(
        "%(days)s days are measured by quarters of an hour, at least %(least)s are needed."
    ),
    "too_few_days_measured": N_("%(days)s days are measured, at least %(least)s are needed."),
    "too_few_days_to_compare": N_(
        "%(days)s days before or after are measured, at least %(least)s are needed."
    ),
    "too_few_hours_empty": N_(
        "It is known to have been empty and not booked for %(hours)s hours, at least %(least)s are needed."
    ),
    "too_few_weeks_measured": N_("%(weeks)s weeks are measured, at least %(least)s are needed."),
    "being_decided": N_(
        "%(space)s has just opened for that time, and who gets it is being decided: try again in a minute."
    ),
    "gathers_requests": N_(
        "It opens on %(opens)s. Until then requests are gathered, and then decided by credit."
    ),
    "already_disputed": N_("This entry was disputed before."),
    "more_than_was_taken": N_("That entry took %(hours)s h: no more can be given back."),
    "no_such_entry": N_("There is no such entry of your association."),
    "nothing_was_taken": N_("This entry took nothing: only what took hours can be disputed."),
    "too_late_to_dispute": N_("It could be disputed until %(until)s."),
    "already_waiting": N_("You are waiting for %(space)s at that time already."),
    "bill_known": N_("A bill of this supplier with this number was entered before."),
    "bill_settled": N_("This bill was settled: enter another in its place."),
    "no_key": N_("There is no key for bills that begin on %(date)s: decide one first."),
    "no_such_bill": N_("There is no such bill, or another took its place."),
    "nobody_to_share_with": N_(
        "Nobody has m², heads, hours or a meter in that time: say first who has what."
    ),
    "say_why": N_("It was settled before: say why it is settled again."),
    "bad_rrule": N_("The rule cannot be used: %(reason)s."),
    "blacked_out": N_("It is closed: %(reason)s. It is open again on %(nearest)s."),
    "closed_on_holiday": N_("It is closed on %(holiday)s. It is open again on %(nearest)s."),
    "closed_that_day": N_("It is closed on %(date)s. It is open again on %(nearest)s."),
    "event_there": N_("Something is noted for that very time already."),
    "final_too_low": N_("The last index cannot be below %(before)s, which was read before."),
    "first_too_high": N_("The first index cannot be above %(after)s, which was read after."),
    "in_the_future": N_("That time is still to come."),
    "index_below_zero": N_("An index is never below zero."),
    "index_fell": N_("That is less than the %(before)s read before. What happened?"),
    "index_jumps": N_("That is %(times)s times as much a day as usual. Is it right?"),
    "index_too_high": N_("That is more than the %(after)s read later. Is it right?"),
    "read_already": N_("%(index)s was read at that very time: take that back first."),
    "read_by_sensor": N_("%(device)s reads this register: nothing is typed in here."),
    "too_long_ago": N_("No reading is kept from before %(year)s: check the year."),
    "too_many_digits": N_("This register shows %(digits)s digits before the comma."),
    "event_no_end": N_("It does not say when it ends."),
    "event_no_such_time": N_("The local time %(time)s does not exist."),
    "event_range": N_("It changes one date and all that follow: save it again as two series."),
    "event_rules": N_("It has more than one rule, or a rule for what is left out."),
    "event_unknown_zone": N_("No time zone is called %(zone)s."),
    "event_unreadable": N_("It cannot be read: %(field)s."),
    "has_account": N_("This address has an account: sign in to accept the invitation."),
    "invitation_for_another": N_("This invitation is for another address than yours."),
    "invitation_not_usable": N_("This invitation was used, or it is too old."),
    "it_is_free": N_("%(space)s is free at that time: book it."),
    "may_not_invite": N_("You cannot invite somebody in that role there."),
    "needs_a_yes": N_("It must be approved first, and that takes too long: book another time."),
    "never_open": N_("It is closed for the next %(days)s days."),
    "no_dates": N_("The rule gives no date."),
    "no_such_booking": N_("There is no such booking among those you may change."),
    "no_such_calendar": N_("There is no such calendar that you may subscribe to."),
    "no_such_request": N_("There is no such request among those you may decide."),
    "no_such_wait": N_("There is nothing like that on your waitlist."),
    "not_an_email": N_("This is not an e-mail address."),
    "not_for_your_role": N_("In your association it can only be booked by: %(roles)s."),
    "not_for_your_tenant": N_("It can only be booked by: %(tenants)s."),
    "not_known_empty": N_("It is not known to be empty."),
    "not_running_now": N_("That booking is not running now."),
    "notice_too_short": N_("It is booked %(notice)s ahead: the earliest is %(nearest)s."),
    "offer_is_over": N_("It is no longer kept for you."),
    "outside_opening_hours": N_(
        "It is open from %(opening)s to %(closing)s: the nearest start is %(nearest)s."
    ),
    "over_quota": N_(
        "Your association has %(left)s of %(limit)s hours left for that %(period)s: it takes more. "
        "The next begins on %(until)s."
    ),
    "password_too_long": N_("A password has at most %(most)s characters."),
    "password_too_short": N_("A password has at least %(least)s characters."),
    "still_pending": N_("This booking still waits for a yes."),
    "too_early_to_check_in": N_("You can say that you are here from %(opens)s on."),
    "taken": N_("%(space)s is taken at that time."),
    "too_far_ahead": N_("It can be booked until %(limit)s."),
    "too_little_left": N_("It ends too soon: on %(ends)s."),
    "too_long": N_("It can be booked for %(longest)s at the most."),
    "too_many_dates": N_("A series has %(most)s dates at the most."),
    "too_many_people": N_("%(people)s people do not fit: there is room for %(capacity)s."),
    "too_much_at_once": N_("%(dates)s dates were enough for once: send the rest again by itself."),
    "too_short": N_("It is booked for %(shortest)s at least."),
    "unknown_space": N_("There is no space called %(space)s."),
    "no_such_round": N_("There is no such round."),
    "managers_only": N_("Only a manager of the building may do that."),
    "round_changed": N_("Somebody changed this round in the meantime: look at it again before you go on."),
    "round_state": N_("That cannot be done with this round any more, or not yet."),
    "bad_season_weeks": N_("A season lasts whole weeks, 53 at the most."),
    "bad_season_weekdays": N_("Choose at least one day of the week."),
    "bad_season_slots": N_("The day must end after it begins, and hold a whole number of slots."),
    "closing_past": N_("That moment must come later: after %(nearest)s."),
    "no_spaces": N_("Choose at least one space that takes part."),
    "overlapping_spaces": N_("%(space)s and %(other)s share a part: only one of them can take part."),
    "no_such_wish": N_("There is no such wish among those that you may see."),
    "not_your_wish": N_("Only whoever filed this wish may change it, or an admin of the association."),
    "filing_not_begun": N_("Wishes can be filed from %(nearest)s on."),
    "filing_over": N_("Wishes could be filed until %(limit)s."),
    "priority_points": N_(
        "%(left)s of %(limit)s priority points are left: a priority of 2 costs 1, of 3 costs 2."
    ),
    "wish_incomplete": N_("Give the wish a title and a number of people."),
    "wish_options": N_("Name at least one day and time that would do, %(most)s at the most."),
    "wish_weeks": N_("Choose at least one of the season’s %(weeks)s weeks."),
    "wish_off_grid": N_("It must lie between %(opening)s and %(closing)s on a day of this round."),
    "no_such_solve": N_("There is no such draft in this round."),
    "bad_run": N_("Choose a known method, and a time of at most %(most)s seconds."),
    "solve_under_way": N_("A draft is being computed: wait for it, or stop it."),
    "solve_over": N_("This computation is over."),
    "no_plan": N_("There is no plan yet."),
    "plan_wrong": N_("This plan breaks a rule: it was not shown. Tell whoever maintains Samen."),
    "plan_outdated": N_("The wishes or the places fixed by hand changed since: compute a new draft."),
    "place_off_grid": N_("That time does not lie within this round’s days."),
    "place_does_not_fit": N_(
        "%(space)s is too small, lacks something, or is not among the spaces that would do."
    ),
    "place_closed": N_("%(space)s is closed or booked then on too many dates."),
    "place_taken": N_("Another wish has %(space)s then."),
    "place_conflicts": N_("Another wish that needs the same person or thing has its place then."),
    "locks_closed": N_("A place fixed by hand is closed or booked by now: release it first (%(space)s)."),
    "objections_over": N_("Objections were heard until %(limit)s."),
    "no_such_objection": N_("There is no such objection that waits for an answer."),
    "no_such_swap": N_("This swap was answered before, or does not exist."),
    "swap_needs_two": N_("Both wishes must have a place to be swapped."),
    "round_clashes": N_(
        "%(dates)s dates were taken or closed meanwhile: leave them out, or change the plan."
    ),
    "round_overtaken": N_("Somebody booked one of the dates at this very moment: try again."),
    "yours_already": N_("It is booked by your own association: change that booking."),
}


def refusal_text(refusal: Refusal, zone: ZoneInfo) -> str:
    """The refusal as a sentence in the reader's language; instants are told in `zone`."""
    facts = {name: said(fact, zone) for name, fact in refusal.facts.items()}
    sentence: str = gettext(SENTENCES[refusal.code])
    return sentence % facts


def plain_facts(facts: Mapping[str, Fact]) -> dict[str, Json]:
    """Facts as JSON holds them."""
    return {name: plain(fact) for name, fact in facts.items()}
