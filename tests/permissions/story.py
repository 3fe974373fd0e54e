"""One of everything at a clinic, about one patient whose name and whose notes are found wherever they leak."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from bookings.actions import appointments, closures, offering, waiting
from bookings.visits import visit_of
from clinic.actions.tasks import open_task
from clinic.intervals import Interval
from clinic.messaging.models import InboundMessage, Message
from clinic.words import Urgency
from tests.factories import room
from tests.treatments.day import NOW, Clinic, make_clinic, needling, treated
from treatments.actions.photos import add_photo
from treatments.actions.reactions import open_reaction
from treatments.models import GentlerStep, RecoveryCheck
from treatments.words import ReactionSeverity

NAME = "Quandtsdottir"
SECRET = "isotretinoin until spring"
#: Five weeks after the first session, a Tuesday at ten in Berlin.
SECOND = datetime(2026, 4, 7, 8, 0, tzinfo=UTC)


def everything() -> tuple[Clinic, dict[str, int]]:
    """The clinic, and the key of one thing of each kind."""
    clinic = make_clinic()
    room(at=clinic.location, name="Room 2")
    patient = clinic.patient(given_name="Zoë", family_name=NAME)
    plan = clinic.plan(patient=patient, sessions=4)
    signed = treated(plan, clinic, draft=needling(clinic, note=SECRET))
    sessions = {one.number: one for one in plan.sessions.all()}
    later = NOW + timedelta(hours=3)
    row = appointments.book(visit=visit_of(sessions[2]), starts_at=SECOND, by=clinic.desk, now=later)
    wish, offer = _waits(clinic, sessions[3], later)
    return clinic, {
        "location": clinic.location.pk,
        "resource": clinic.doctor.resource.pk,
        "membership": clinic.desk.memberships.get().pk,
        "patient": patient.pk,
        "plan": plan.pk,
        "performed": sessions[1].pk,
        "session": sessions[2].pk,
        "appointment": row.pk,
        "wish": wish,
        "offer": offer,
        "closure": _closes(clinic, later),
        "consent": plan.consents.get().pk,
        "check": RecoveryCheck.objects.filter(session=sessions[1]).earliest("due_at").pk,
        "photo": _photo(clinic, sessions[1]),
        "gentler": _gentler(sessions[1], clinic),
        "reaction": _reaction(clinic, clinic.plan(patient=patient, sessions=3), later),
        "message": Message.objects.filter(patient=patient).earliest("pk").pk,
        "reply": _reply(clinic, patient),
        "task": _task(clinic, patient, "recovery", is_clinical=False),
        "call": _task(clinic, patient, "call", is_clinical=False),
        "clinical-task": _task(clinic, patient, "red-flag", is_clinical=True),
        "record": signed.record.pk,
        "lot": clinic.cartridge.pk,
    }


def _waits(clinic: Clinic, session: Any, now: datetime) -> tuple[int, int]:
    days: dict[str, Any] = {"from_on": date(2026, 4, 20), "until_on": date(2026, 6, 30)}
    entry = waiting.add(session=session, by=clinic.desk, now=now, **days)
    freed = Interval(SECOND + timedelta(days=35), SECOND + timedelta(days=35, hours=4))
    offer = offering.offer_next(location=clinic.location, freed=freed, by=clinic.desk, now=now)
    assert offer is not None
    return entry.pk, offer.pk


def _closes(clinic: Clinic, now: datetime) -> int:
    start = SECOND - timedelta(hours=1)
    closed = closures.close(
        location=clinic.location,
        starts_at=start,
        ends_at=start + timedelta(hours=4),
        kind="leave",
        resource=clinic.doctor.resource,
        by=clinic.desk,
        now=now,
    )
    return int(closed.closure.pk)


def _photo(clinic: Clinic, session: Any) -> int:
    out = BytesIO()
    Image.new("RGB", (640, 480), (200, 150, 130)).save(out, "JPEG")
    photo = add_photo(
        session, data=out.getvalue(), view="FRONT", moment="before", by=clinic.doctor_user, now=NOW
    )
    return photo.pk


def _reaction(clinic: Clinic, plan: Any, now: datetime) -> int:
    found = open_reaction(
        plan,
        code="FL_PUS",
        severity=ReactionSeverity.MODERATE,
        onset_on=NOW.date(),
        note=SECRET,
        by=clinic.doctor_user,
        now=now,
    )
    return found.pk


def _gentler(session: Any, clinic: Clinic) -> int:
    step = GentlerStep.objects.create(
        after=session,
        min_days=42,
        usual_days=28,
        reason=SECRET,
        accepted_at=NOW,
        accepted_by=clinic.doctor_user,
    )
    return step.pk


def _reply(clinic: Clinic, patient: Any) -> int:
    reply = InboundMessage.objects.create(
        provider="sms",
        report_id="1",
        channel="sms",
        sender=str(patient.phone),
        patient=patient,
        location=clinic.location,
        text="May I come earlier?",
        word="other",
        received_at=NOW,
    )
    return reply.pk


def _task(clinic: Clinic, patient: Any, kind: str, *, is_clinical: bool) -> int:
    task = open_task(
        kind=kind,
        location=clinic.location,
        patient=patient,
        owner=None,
        urgency=Urgency.SAME_DAY,
        is_clinical=is_clinical,
        sentence=SECRET if is_clinical else "Please call back.",
        subject_type="patient",
        subject_id=patient.pk,
        dedupe_key=kind,
        now=NOW,
    )
    return task.pk
