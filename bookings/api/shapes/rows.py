"""The rows that requests may name and answers are made from: those that the user may see."""

from __future__ import annotations

from typing import Any

from bookings.models import Appointment
from clinic.models import User
from clinic.prepared import Prepared, marks
from clinic.roles import Permission
from treatments.models import TreatmentSession


def visible_appointments(user: Any, permission: Permission = Permission.SEE_BOARD) -> Any:
    """Appointments that the user may see, with all that an answer shows."""
    return Appointment.objects.visible_to(user, permission).for_change()


def sessions_of(user: Any) -> Any:
    """Sessions of patients that the user may see, with what a visit is made of."""
    rows = TreatmentSession.objects.visible_to(user)
    return rows.select_related(
        "plan__patient__clinical_profile", "plan__location__settings", "protocol_version"
    ).defer("protocol_version__definition")


#: What nobody asks who books: numbers to call, notes, addresses, when a version was made.
_NOT_READ = (
    "protocol_version__definition",
    "protocol_version__created_at",
    "plan__patient__desk_note",
    "plan__patient__phone",
    "plan__patient__search",
    "plan__patient__clinical_profile__note",
    "plan__location__phone",
    "plan__location__email",
    "plan__location__address",
    "plan__location__emergency_number",
    "plan__location__settings__review_url",
)
#: Values: the user's and the session's id.
SESSION_BY_ID = Prepared(
    lambda user, session: (
        sessions_of(User(pk=user, is_active=True)).filter(pk=session).order_by().defer(*_NOT_READ)
    ),
    *marks(2),
)


def session_of(user: Any, pk: int) -> TreatmentSession | None:
    """One of `sessions_of`; None when there is none, or not for this user."""
    if user.is_superuser or not user.is_active:
        found: TreatmentSession | None = sessions_of(user).filter(pk=pk).first()
        return found
    return SESSION_BY_ID.first(user.pk, pk)
