"""How an appointment's status looks: a word, an icon, a tone; and what it is for. The same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.boardvisits import BoardVisit
from bookings.models import Appointment
from bookings.words import AppointmentStatus as S
from treatments.words import SessionStatus

#: After this long without the patient, an appointment is shown as late.
LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Mark:
    """Word, icon and tone of a status."""

    word: str | Promise
    icon: str
    tone: str = ""


MARKS = {
    S.HELD: Mark(_("held"), "wait", "outline"),
    S.BOOKED: Mark(_("booked"), "circle"),
    S.ARRIVED: Mark(_("arrived"), "circle-half", "accent"),
    S.FULFILLED: Mark(_("done"), "check"),
    S.CANCELLED: Mark(_("cancelled"), "cross"),
    S.NOSHOW: Mark(_("did not come"), "cross-circle", "amber"),
    S.ENTERED_IN_ERROR: Mark(_("entered in error"), "cross"),
}
CONFIRMED = Mark(_("confirmed"), "disc", "accent")
LATE = Mark(_("late"), "alert", "amber")
IN_TREATMENT = Mark(_("in treatment"), "circle-dot", "accent")


def mark_of(row: Appointment | BoardVisit, *, now: datetime) -> Mark:
    """What a person at the desk calls it right now."""
    if row.status == S.BOOKED and now > row.starts_at + LATE_AFTER:
        return LATE
    if row.status == S.BOOKED and row.confirmed_at:
        return CONFIRMED
    session = row.treatment_session
    if row.status == S.ARRIVED and session is not None and session.status == SessionStatus.IN_PROGRESS:
        return IN_TREATMENT
    return MARKS[S(row.status)]


def what_of(row: BoardVisit, labels: Mapping[str, str]) -> str:
    """What somebody comes for, in the words of the desk: the concern of the plan, or the kind of visit."""
    session = row.treatment_session
    if session is None:
        return row.get_kind_display()
    return labels.get(session.concern, session.concern) or session.title
