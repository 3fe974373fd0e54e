"""What a patient may come for: the next open session of each plan, or a visit that no protocol describes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.utils.functional import Promise

from bookings.due import OpenSeries, open_series
from bookings.visits import Visit, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.models import Location, Patient
from clinic.timekeeping import local_day
from treatments.models import TreatmentSession
from treatments.spacing import DueWindow

_SESSIONS = Prefetch(
    "sessions", TreatmentSession.objects.select_related("protocol_version__protocol").order_by("number")
)
#: Visits without a protocol, the most usual first.
PLAIN = (AppointmentKind.CONSULTATION, AppointmentKind.REASSESSMENT, AppointmentKind.RECOVERY_VISIT)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One thing to come for. `left` are the other sessions of the plan that have no date yet."""

    code: str
    label: str | Promise
    visit: Visit
    window: DueWindow | None = None
    session: TreatmentSession | None = None
    left: int = 0

    def first_day(self, today: date) -> date:
        """From which day times make sense: the ideal day less what the window leaves, never before today."""
        return max(self.window.earliest, today) if self.window else today


def errands_of(patient: Patient, location: Location, *, now: datetime) -> list[Errand]:
    """Sessions first, the one due soonest first; then visits without a protocol."""
    plans = (
        patient.plans.running().select_related("patient", "location__settings").prefetch_related(_SESSIONS)
    )
    found = [_errand(one) for one in open_series(plans, now=now) if one.unbooked]
    found.sort(key=lambda one: one.first_day(local_day(now, location.tz)))
    plain = [
        Errand(code=str(kind), label=kind.label, visit=plain_visit(patient, location, kind)) for kind in PLAIN
    ]
    return [*found, *plain]


def _errand(one: OpenSeries) -> Errand:
    first = one.unbooked[0]
    session = next(each for each in one.plan.sessions.all() if each.pk == first.session_id)
    return Errand(
        code=f"session-{session.pk}",
        label=one.plan.title,
        visit=visit_of(session),
        window=first.window,
        session=session,
        left=len(one.unbooked) - 1,
    )
