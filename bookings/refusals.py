"""What bookings refuses, and how a refusal of the database becomes one of ours."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.errors import DomainError, Taken

#: Constraint of the database → the code and sentence that people get.
SENTENCES: dict[str, tuple[str, Any]] = {
    "claim_resource_not_double_booked": ("taken", _("Somebody was faster: this time is no longer free.")),
    "appointment_patient_not_double_booked": (
        "patient_busy",
        _("The patient already has an appointment at this time."),
    ),
    "treatment_session_has_one_occupying_appointment": (
        "session_booked",
        _("This session already has an appointment: move that one instead."),
    ),
    "idempotency_key_used_once_per_user": ("carried_out", _("This request was carried out already.")),
    "treatment_session_waits_once": ("already_waiting", _("This session is on the waitlist already.")),
}
_EXCLUSION, _UNIQUE, _LOCK_TIMEOUT = "23P01", "23505", "55P03"
#: Deadlock and serialisation failure: nothing was decided, so the whole unit may be tried again.
RETRIED = ("40P01", "40001")


class Refused(DomainError):
    """The rules say no; `problems` lists every reason."""


def sqlstate(error: BaseException) -> str:
    """The code that PostgreSQL gave, or an empty text."""
    return str(getattr(error.__cause__, "sqlstate", "") or "")


def refusal(error: Error) -> DomainError | None:
    """What the database refused, as one of our refusals; None when it is none of ours."""
    code = sqlstate(error)
    if code == _LOCK_TIMEOUT:
        return Taken("busy", gettext("Somebody else is changing this time right now. Try again."))
    if code not in (_EXCLUSION, _UNIQUE):
        return None
    diagnosis = getattr(error.__cause__, "diag", None)
    return taken(getattr(diagnosis, "constraint_name", "") or "")


def taken(constraint: str) -> Taken | None:
    """The refusal that stands for a constraint."""
    found = SENTENCES.get(constraint)
    return Taken(found[0], str(found[1])) if found else None
