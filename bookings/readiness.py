"""Whether a visit can begin, as far as the desk needs to know: what is missing, never which answer or why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.care import care_problems
from bookings.models import Appointment
from bookings.words import AppointmentStatus
from clinic.errors import Problem, Warning

S = AppointmentStatus
_ASKED = ("screening_due", "screening_incomplete")


@dataclass(frozen=True, slots=True)
class Ready:
    """One thing that is missing, or that nothing is."""

    word: str | Promise
    icon: str
    tone: str = ""


CONSENT = Ready(_("consent to sign"), "sign", "amber")
QUESTIONS = Ready(_("questions open"), "question", "amber")
CLINICIAN = Ready(_("a clinician looks first"), "alert", "amber")
CLEAR = Ready(_("ready"), "check", "accent")


def readiness_of(row: Appointment, *, now: datetime) -> list[Ready]:
    """What is missing before this visit can begin; nothing without a protocol, or when it is over."""
    session = row.treatment_session
    if session is None or row.status not in (S.BOOKED, S.ARRIVED):
        return []
    start = max(now, row.starts_at)
    return readiness(care_problems(session, start=start, now=now, without=[row.pk], moment="start"))


def readiness(problems: Iterable[Problem]) -> list[Ready]:
    """The gate's reasons in the words of the desk, each once."""
    found = dict.fromkeys(_word(one) for one in problems if not isinstance(one, Warning))
    return list(found) or [CLEAR]


def _word(problem: Problem) -> Ready:
    if problem.code.startswith("consent"):
        return CONSENT
    return QUESTIONS if problem.code in _ASKED else CLINICIAN
