"""Rows and values as JSON. Instants carry the offset of their location."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bookings.actions.impact import Impact
from bookings.actions.reflowing import ReflowProposal
from bookings.actions.series import Proposal
from bookings.assignment import Slot
from bookings.house import chosen_at
from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.visits import SpanClaim
from bookings.words import OfferStatus
from clinic.api.problems import shown
from clinic.errors import Problem
from clinic.models import Closure, Patient
from clinic.prepared import prepared_rows
from treatments.models import TreatmentPlan
from treatments.queries.catalogue import definition_of
from treatments.series import SeriesSession

Document = dict[str, Any]


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """An instant with the offset that the wall clock of the location has then."""
    return moment.astimezone(zone).isoformat() if moment else None


def appointment(row: Appointment, claims: Iterable[Holding]) -> Document:
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
            "protocol": definition_of(session).code,
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


class Holding(NamedTuple):
    """A resource of an appointment, and for how long."""

    appointment: int
    kind: str
    starts_at: datetime
    resource: int
    name: str
    ends_at: datetime


def _claim(one: Holding, zone: ZoneInfo) -> Document:
    return {
        "role": one.kind,
        "id": one.resource,
        "name": one.name,
        "starts_at": local(one.starts_at, zone),
        "ends_at": local(one.ends_at, zone),
    }


_HOLDINGS = """
    SELECT c.appointment_id, r.kind, c.starts_at, r.id, r.name, c.ends_at
      FROM bookings_claim c JOIN clinic_resource r ON r.id = c.resource_id
     WHERE c.appointment_id = ANY(%(appointments)s::bigint[])
     ORDER BY r.kind, c.starts_at
"""


def appointments(rows: Iterable[Appointment]) -> list[Document]:
    """Appointments with their resources, in two queries at most."""
    known = list(rows)
    holdings: dict[int, list[Holding]] = {row.pk: _just_taken(row) for row in known}
    unread = [row.pk for row in known if row.just_claimed is None]
    for found in prepared_rows(_HOLDINGS, {"appointments": unread}) if unread else ():
        holdings[found[0]].append(Holding(*found))
    return [appointment(row, holdings[row.pk]) for row in known]


def _just_taken(row: Appointment) -> list[Holding]:
    """What the action that made the row has claimed for it."""
    taken: Sequence[SpanClaim] = row.just_claimed or ()
    known = chosen_at(row.location, [claim.resource for claim in taken]) if taken else {}
    found = [
        Holding(row.pk, known[one.resource].kind, one.start, one.resource, known[one.resource].name, one.end)
        for one in taken
    ]
    return sorted(found)


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
