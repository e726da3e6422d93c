"""What the trace says, in words for a privacy officer and for the person who asked.

One sentence per code, with named places. `_` and `ngettext` only mark the texts, so that
they are found for translation; nothing is translated here.
"""

from __future__ import annotations

from typing import Final


def _(text: str) -> str:
    return text


def ngettext(singular: str, plural: str) -> tuple[str, str]:
    return singular, plural


# The codes are stored in traces, so a sentence may be reworded and never renamed.
SENTENCES: Final[dict[str, str]] = {
    # Receipt
    "received_on": _("The request was received on {received_on}."),
    "received_at": _(
        "The request arrived at {arrived_on}. In the time zone {zone}, that is {received_on}."
    ),
    "received_late": _(
        "It arrived at {cutoff} or later, so it counts as received on the next day, {deemed_on}."
    ),
    "received_non_working": _(
        "{from_on} is not a working day, so the request counts as received on {deemed_on}."
    ),
    # The rule and the calendar
    "rule": _("The time allowed is {period}."),
    "rule_at_once": _("The rule allows no further day: it has to be done at once."),
    "rule_back": _("The rule looks back over {period}."),
    "rule_none": _("The text does not say how long an answer may take, so there is no last day."),
    "calendar": _(
        "Working days are those of the calendar {calendar}. Days of rest in the week: {weekend}."
    ),
    "calendar_added": _(
        "Working days are those of the calendar {calendar}, to which were added: {added}. Days of"
        " rest in the week: {weekend}."
    ),
    "calendar_struck": _(
        "Working days are those of the calendar {calendar}, in which these are no holidays:"
        " {struck}. Days of rest in the week: {weekend}."
    ),
    "calendar_corrected": _(
        "Working days are those of the calendar {calendar}, to which were added: {added}; these are"
        " no holidays in it: {struck}. Days of rest in the week: {weekend}."
    ),
    "calendar_days": _(
        "The only holidays of this count are days that were entered one by one: {added}. Days of"
        " rest in the week: {weekend}."
    ),
    "calendar_week": _(
        "No public holidays apply to this count. Days of rest in the week: {weekend}."
    ),
    "calendar_unused": _("Weekends and public holidays make no difference to this count."),
    # From when
    "milestone": _("This was needed to begin: {name}. It was there on {on}."),
    "waiting": _("This is needed to begin: {names}. Until it is there, there is no last day."),
    "restart": _(
        "Something needed for the answer came on {on} ({reason}). The time allowed begins anew"
        " on that day."
    ),
    "restart_earlier": _(
        "Something needed for the answer came on {on} ({reason}). The time allowed began later"
        " still, so this changes nothing."
    ),
    "restart_not_allowed": _(
        "Something came on {on} ({reason}). Under this rule the time allowed does not begin anew."
    ),
    "start": _("The time allowed runs from {start_on}."),
    "first_day_next": _("The day it runs from is not counted; the count begins the day after."),
    "first_day_same": _("The day it runs from is counted as the first day."),
    # The count
    "count_day": _("{period} from {start_on} end on {raw_on}."),
    "count_at_once": _("At once means on the same day, {raw_on}."),
    "count_week": _("{period} from {start_on} end on the same day of the week, {raw_on}."),
    "count_month": _("{period} from {start_on} end on the same day of the month, {raw_on}."),
    "count_month_clamped": _(
        "{period} from {start_on}: the last month is too short to have that day, so the count"
        " ends on its last day, {raw_on}."
    ),
    "count_month_day_after": _("{period} counted from the day after {start_on} end on {raw_on}."),
    "count_month_day_before": _(
        "{period} that include {start_on} itself end the day before the same date, on {raw_on}."
    ),
    "count_business_day": _(
        "Only working days are counted. {period} from {start_on} end on {raw_on}."
    ),
    "count_back": _("{period} counted back from {start_on} reach {raw_on}."),
    "count_hour": _("{period} after {start_on} is {due_on}. Every hour that passes is counted."),
    "count_hour_full": _(
        "{period} from the next full hour after {start_on} is {due_on}. Every hour that passes"
        " is counted."
    ),
    # More time
    "extension_admitted": _(
        "On {notified_on} the person was told that more time is needed: {extension}. That was in"
        " time, the last day for it being {limit_on}. In all, {total} are counted from the"
        " original start."
    ),
    "extension_admitted_paused": _(
        "On {notified_on} the person was told that more time is needed: {extension}. That was in"
        " time. In all, {total} are counted from the original start."
    ),
    "extension_late": _(
        "On {notified_on} the person was told that more time is needed: {extension}. That was too"
        " late, the last day for it being {limit_on}. It has no effect."
    ),
    "extension_not_notified": _(
        "More time ({extension}) has no effect until the person is told. The last day for it is"
        " {limit_on}."
    ),
    "extension_not_notified_paused": _(
        "More time ({extension}) has no effect until the person is told."
    ),
    "extension_not_allowed": _("More time ({extension}) does not apply to this duty."),
    "extension_too_many": _(
        "More time ({extension}) has no effect: the rule does not allow another extension."
    ),
    "extension_too_long": _(
        "More time ({extension}) has no effect: the rule does not allow that much."
    ),
    "extension_wrong_reason": _(
        "More time ({extension}) has no effect: its reason ({reason}) is not one that the rule"
        " allows."
    ),
    # Standing still
    "pause_counted": _(
        "The clock stood still from {from_on} to {to_on} ({reason}). Days that do not count:"
        " {days}."
    ),
    "pause_open": _(
        "The clock has stood still since {from_on} ({reason}). Days already used before that:"
        " {used}. There is no last day until the clock runs again."
    ),
    "pause_inside": _(
        "The wait from {from_on} to {to_on} ({reason}) lies inside another for which the clock"
        " stands still, so it takes out no day of its own."
    ),
    "pause_after_due": _(
        "The time allowed was over before the pause of {from_on} ({reason}), so it changes nothing."
    ),
    "pause_not_allowed": _(
        "The wait that began on {from_on} ({reason}) does not stop the clock under this rule."
    ),
    "pause_not_applicable": _(
        "The wait that began on {from_on} ({reason}) cannot stop a count of this kind."
    ),
    "pause_added": _(
        "Days for which the clock stood still: {days}. Without them the count ends on {raw_on}."
    ),
    "pause_skipped": _(
        "Without the days on which the clock stood still, the count ends on {raw_on}."
    ),
    # The end
    "floor_extended": _(
        "A period this short must hold working days, at least {minimum}. It is lengthened to"
        " {floored_on}."
    ),
    "floor_kept": _("It holds the working days it must hold, at least {minimum}."),
    "roll_next": _(
        "{from_on} is not a working day, so the last day moves to the next one, {due_on}."
    ),
    "roll_previous": _(
        "{from_on} is not a working day, so the last day moves to the one before, {due_on}."
    ),
    "roll_not_needed": _("{due_on} is a working day, so the last day stays."),
    "roll_none": _("The rule does not move a last day that is not a working day."),
    "due": _("The last day is {due_on}, until its end in the time zone {zone}."),
    "due_hour": _("The time allowed ends at {due_on}."),
    "due_back": _("The time looked back over begins on {due_on}."),
    "no_date": _("There is no last day for now."),
    "earliest": _("Of several rules, the one that ends first decides: {due_on}."),
    "earliest_none": _("None of several rules gives a last day."),
    "widest": _("Of several rules, the one that reaches back furthest decides: {due_on}."),
    "widest_none": _("None of several rules says how far to look back."),
    "alternative": _("Read differently, the date would be {due_on}: {why}"),
    "alternative_none": _("Read differently, there would be no date for now: {why}"),
}

# Both forms for each unit: in French 0 is singular, in English plural.
PERIODS: Final[dict[str, tuple[str, str]]] = {
    "hour": ngettext("{n} hour", "{n} hours"),
    "day": ngettext("{n} day", "{n} days"),
    "business_day": ngettext("{n} working day", "{n} working days"),
    "week": ngettext("{n} week", "{n} weeks"),
    "month": ngettext("{n} month", "{n} months"),
    "year": ngettext("{n} year", "{n} years"),
}

WEEKDAYS: Final[tuple[str, ...]] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)

# Reasons and moments, as the facts spell them; others are shown as they are.
WORDS: Final[dict[str, str]] = {
    "": _("no reason noted"),
    "identity": _("proof of identity"),
    "identity_proved": _("proof of identity"),
    "clarification": _("a question about the request"),
    "fee": _("the fee"),
    "fee_paid": _("the fee"),
    "agency": _("the request of an authority"),
    "authority": _("proof of the right to act for somebody"),
    "complexity": _("the request is complex"),
    "number": _("the number of requests"),
    "received": _("the request"),
    "requested": _("the day written on the request"),
    "complete": _("a complete request"),
}

# For rules without readings of their own: those of a regime bring their words with them.
WHYS: Final[dict[str, str]] = {
    "start=next_day": _("the day it runs from is not counted."),
    "start=same_day": _("the day it runs from is counted as the first day."),
    "anchor=event": _("months end on the same date as the day they run from."),
    "anchor=day_after": _("months are counted from the day after."),
    "anchor=day_before": _("months that include the day they run from end a day sooner."),
    "roll=none": _("the last day does not move for weekends and holidays."),
    "roll=next_working_day": _("a last day that is not worked moves to the next working day."),
    "hour_start=exact": _("hours are counted from the very moment."),
    "hour_start=next_full_hour": _("hours are counted from the next full hour."),
    "counting=inclusive_both": _("the first and the last day of a pause both do not count."),
    "counting=exclude_first": _("the first day of a pause counts, the last does not."),
    "counting=between": _("the first and the last day of a pause both count."),
    "pause=restart": _("the time allowed begins anew when a pause ends."),
    "pause=none": _("the clock does not stop."),
}
