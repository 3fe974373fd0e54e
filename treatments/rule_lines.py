"""What is said after a session and when, in words, for the page where a location switches its rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from clinic.messaging.rules import Line
from clinic.messaging.words import MessageKind
from clinic.models import Location
from treatments.queries.catalogue import shared
from treatments.reminders import DUE_BEFORE, REVIEWED_AFTER
from treatments.words import CARE_GROUPS

K = MessageKind


def rule_lines(location: Location) -> Iterator[Line]:
    """What follows a session: each step of the aftercare, and kinds that are switched as a whole."""
    days = {"before": DUE_BEFORE.days, "after": 1, "review": REVIEWED_AFTER.days}
    told = {
        K.RECOVERY_CHECK: _("on the days of the protocol"),
        K.RECOVERY_CHECK_REMINDER: _("once, when half of the time to answer is over"),
        K.RECOVERY_EMERGENCY: _("at once, at any hour, after an emergency answer"),
        K.NEXT_SESSION_DUE: _("%(before)d days before the window opens, %(after)d day after it closed")
        % days,
        K.MAINTENANCE_DUE: _("on the ideal day, when nothing is booked"),
        K.OUTCOME_REQUEST: _("30, 90 and 180 days after the last session, for scales that patients score"),
        K.REVIEW_REQUEST: _("%(review)d days after the last session, to patients who agreed to be asked")
        % days,
    }
    yield from _aftercare()
    for kind, when in told.items():
        yield Line(str(kind), kind, str(kind.label), when)


def _aftercare() -> Iterator[Line]:
    """A line for each time of each care group: what is said together is switched together, by its first text."""
    ordered = sorted(
        shared().aftercare, key=lambda one: (list(CARE_GROUPS).index(one.care_group), one.offset)
    )
    for (group, offset), texts in groupby(ordered, key=lambda one: (one.care_group, one.offset)):
        together = list(texts)
        when = _after(int(offset.total_seconds() // 3600))
        said = Truncator(" ".join(one.text for one in together)).chars(90)
        yield Line(together[0].code, K.AFTERCARE_STEP, said, f"{when} · {CARE_GROUPS[group]}")


def _after(hours: int) -> str:
    if not hours:
        return _("when the session has ended")
    return (
        _("%(n)s days after") % {"n": hours // 24} if hours >= 168 else _("%(n)s hours after") % {"n": hours}
    )
