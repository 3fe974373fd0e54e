"""Rows and values as JSON. Instants carry the offset of their location."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings.actions.impact import Impact
from bookings.actions.reflowing import ReflowProposal
from bookings.actions.series import Proposal
from bookings.assignment import Slot
from bookings.models import Appointment, Claim, WaitlistEntry, WaitlistOffer
from bookings.words import OfferStatus
from clinic.api.problems import shown
from clinic.errors import Problem
from clinic.models import Closure, Patient
from clinic.prepared import Prepared, marks
from treatments.models import TreatmentPlan
from treatments.series import SeriesSession

Document = dict[str, Any]


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """An instant with the offset that the wall clock of the location has then."""
    return moment.astimezone(zone).isoformat() if moment else None


def appointment(row: Appointment, claims: Iterable[Claim]) -> Document:
    """An appointment with its resources."""
    zone, session = row.location.tz, row.treatment_session
    return {
        "id": row.pk,
        "version": row.version,
        "status": str(row.status),
        "kind": str(row.kind),
        "location": {"id": row.location_id, "name": row.location.name},
        "patient": {"id": row.patient_id, "name": row.patient.full_name},
        "session": session
        and {
            "id": session.pk,
            "number": session.number,
            "plan": session.plan_id,
            "protocol": session.protocol_version.protocol.code,
        },
        "starts_at": local(row.starts_at, zone),
        "ends_at": local(row.ends_at, zone),
        "held_until": local(row.held_until, zone),
        "confirmed_at": local(row.confirmed_at, zone),
        "cancel_reason": str(row.cancel_reason),
        "cancelled_by_patient": row.cancelled_by_patient,
        "note": row.note,
        "resources": [_claim(claim, zone) for claim in claims],
    }


def _claim(claim: Claim, zone: ZoneInfo) -> Document:
    return {
        "role": str(claim.resource.kind),
        "id": claim.resource_id,
        "name": claim.resource.name,
        "starts_at": local(claim.starts_at, zone),
        "ends_at": local(claim.ends_at, zone),
    }


def _claims_of(appointments: Iterable[int]) -> QuerySet[Claim]:
    found = Claim.objects.filter(appointment__in=list(appointments)).select_related("resource")
    return found.order_by("resource__kind", "starts_at")


_CLAIMS = Prepared(lambda appointment: _claims_of([appointment]), *marks(1))


def appointments(rows: Iterable[Appointment]) -> list[Document]:
    """Appointments with their resources, in two queries at most."""
    known = list(rows)
    claims: dict[int, list[Claim]] = {row.pk: [] for row in known}
    for claim in _CLAIMS(*claims) if len(claims) == 1 else _claims_of(claims):
        if claim.appointment_id is not None:
            claims[claim.appointment_id].append(claim)
    return [appointment(row, claims[row.pk]) for row in known]


def slot(one: Slot, zone: ZoneInfo) -> Document:
    """A start with its assignment."""
    return {
        "starts_at": local(one.start, zone),
        "ends_at": local(one.end, zone),
        "assignment": dict(one.assignment),
    }


def problems(found: Iterable[Problem]) -> list[Document]:
    """Problem values."""
    return [shown(problem) for problem in found]


def proposal(found: Proposal) -> Document:
    """A series on paper."""
    zone = found.plan.location.tz
    return {
        "plan": found.plan.pk,
        "is_bookable": found.is_bookable,
        "cost": found.cost,
        "sessions": [
            {
                "number": one.number,
                "session": one.session.pk,
                "day": one.day.isoformat(),
                "ideal": one.ideal and one.ideal.isoformat(),
                "latest": one.latest and one.latest.isoformat(),
                "distance_days": one.distance,
                "slot": one.slot and slot(one.slot, zone),
                "alternatives": [slot(other, zone) for other in one.alternatives],
                "problems": problems(one.problems),
            }
            for one in found.sessions
        ],
        "problems": problems(found.problems),
    }


def reflow(found: ReflowProposal) -> Document:
    """A difference."""
    zone = found.plan.location.tz
    return {
        "plan": found.plan.pk,
        "is_needed": found.is_needed,
        "is_acceptable": found.is_acceptable,
        "moves": found.moves,
        "kept": list(found.kept),
        "changes": [
            {
                "number": one.number,
                "appointment": one.appointment.pk if one.appointment else None,
                "version": one.version,
                "before": local(one.before, zone),
                "slot": slot(one.slot, zone),
                "problems": problems(one.problems),
            }
            for one in found.changes
        ],
        "problems": problems(found.problems),
    }


def closure(row: Closure) -> Document:
    """A closure."""
    zone = row.location.tz
    return {
        "id": row.pk,
        "location": row.location_id,
        "resource": row.resource_id,
        "kind": str(row.kind),
        "label": row.label,
        "starts_at": local(row.starts_at, zone),
        "ends_at": local(row.ends_at, zone),
        "lifted_at": local(row.lifted_at, zone),
    }


def impact(found: Impact) -> Document:
    """What a closure does."""
    return {
        "proposals": [reflow(one) for one in found.proposals],
        "single": [row.pk for row in found.single],
    }


def offer(row: WaitlistOffer) -> Document:
    """An offer."""
    zone = row.hold.location.tz
    return {
        "id": row.pk,
        "entry": row.entry_id,
        "status": str(row.status),
        "starts_at": local(row.hold.starts_at, zone),
        "expires_at": local(row.expires_at, zone),
    }


def entry(row: WaitlistEntry) -> Document:
    """A wish, with its open offer. The offers must be prefetched with hold and location."""
    found = [one for one in row.offers.all() if one.status == OfferStatus.OPEN]
    return {
        "id": row.pk,
        "patient": {"id": row.patient_id, "name": row.patient.full_name},
        "location": row.location_id,
        "session": row.treatment_session_id,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "wishes": row.wishes,
        "status": str(row.status),
        "offer": offer(found[0]) if found else None,
    }


def patient(row: Patient) -> Document:
    """Who it is and how to reach them."""
    return {
        "id": row.pk,
        "name": row.full_name,
        "born_on": row.born_on and row.born_on.isoformat(),
        "phone": str(row.phone),
        "email": row.email,
        "language": row.language,
    }


def plan(row: TreatmentPlan) -> Document:
    """A plan with its counts (annotated by `with_progress`)."""
    counted: Any = row
    return {
        "id": row.pk,
        "title": row.title,
        "status": str(row.status),
        "patient": {"id": row.patient_id, "name": row.patient.full_name},
        "location": row.location_id,
        "sessions_total": counted.sessions_total,
        "sessions_done": counted.sessions_done,
        "sessions_left": counted.sessions_left,
    }


def session(one: SeriesSession) -> Document:
    """A session of a plan with its window."""
    window = one.window
    return {
        "id": one.session_id,
        "number": one.number,
        "status": str(one.status),
        "protocol": one.protocol,
        "earliest": window and window.earliest.isoformat(),
        "ideal": window and window.ideal.isoformat(),
        "latest": window and window.latest.isoformat(),
        "performed_on": one.performed_on and one.performed_on.isoformat(),
        "booked_on": one.booked_on and one.booked_on.isoformat(),
    }
