"""Everything beside the plans: consultations, tasks that were done, the waitlist, leave, lots in trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bookings.actions import appointments, closures, waiting
from bookings.demo import shelf
from bookings.demo.manners import Manners
from bookings.demo.recovery import reporting
from bookings.demo.series import Chronicle
from bookings.demo.walking import Story
from bookings.demo.world import Place
from bookings.models import Appointment
from bookings.visits import plain_visit
from bookings.words import AppointmentKind, AppointmentStatus
from clinic.actions import tasks
from clinic.messaging.actions.troubled import mark_handled
from clinic.messaging.models import Message
from clinic.models import Patient, Task
from clinic.timekeeping import day_start
from clinic.words import ClosureKind
from treatments.models import TreatmentSession
from treatments.words import OPEN_SESSIONS, SessionStatus

_OUTCOMES = (
    "Called: all well, forgot to answer.",
    "Called: settling down, comes by if it does not.",
    "Looked at the photo: within what is expected.",
    "Left a message on the answering machine.",
)


def extras(chronicle: Chronicle, patients: Sequence[Patient], scale: float) -> Iterator[Story]:
    """The other stories of a place; `patients` are those without a plan."""
    place = chronicle.place
    for number, patient in enumerate(patients, start=1):
        yield _consultation(chronicle, patient, number)
    yield _housekeeping(place)
    yield _leave(place)
    yield _wishes(place)
    yield _stock(place)
    yield _problem_today(place)


def _consultation(chronicle: Chronicle, patient: Patient, number: int) -> Story:
    """A first talk: most were in the last weeks, some are still to come."""
    place, rng = chronicle.place, chronicle.place.dice("consultation", number)
    offset = round(rng.triangular(-88, 24, 2))
    day = place.today + timedelta(days=offset)
    now = yield day_start(day, place.location.tz) - timedelta(
        days=rng.randint(2, 9), hours=rng.randint(5, 14)
    )
    talk = plain_visit(patient, place.location, AppointmentKind.CONSULTATION)
    slot = place.slot(talk, day, now=now, rng=rng) if place.is_open(day) else None
    if slot is None:
        return
    row = appointments.book(visit=talk, starts_at=slot.start, chosen=slot.assignment, by=place.desk, now=now)
    chronicle.expect(row, Manners.by(rng, misses=rng.random() < 0.05))


def _housekeeping(place: Place) -> Story:
    """Every day the team finishes what has been waiting since yesterday, failed messages too."""
    rng = place.dice("tasks")
    now = yield place.now - timedelta(days=90)
    while True:
        waiting_tasks = Task.objects.waiting().filter(
            location=place.location, created_at__lte=now - timedelta(hours=20)
        )
        for task in waiting_tasks:
            owner = task.owner or place.desk
            tasks.finish(task, by=owner, now=now, outcome=rng.choice(_OUTCOMES))
        failed = Message.objects.troubled().at(place.location)
        for message in failed.filter(scheduled_for__lte=now - timedelta(hours=20)):
            mark_handled(message, by=place.desk, now=now)
        now = yield now + timedelta(days=1)


def _leave(place: Place) -> Story:
    """A practitioner will be away: some sessions are inside, and wait for the desk to move them."""
    now = yield place.now - timedelta(days=2, hours=3)
    away = place.practitioners[1]
    first = place.today + timedelta(days=12)
    closures.close(
        location=place.location,
        resource=away.resource,
        kind=ClosureKind.LEAVE,
        label=f"{away.resource.name} at a course",
        starts_at=day_start(first, place.location.tz),
        ends_at=day_start(first + timedelta(days=5), place.location.tz),
        by=place.lead.user,
        now=now,
    )


def _wishes(place: Place) -> Story:
    """Some would come earlier; the waitlist knows since yesterday."""
    now = yield place.now - timedelta(hours=20)
    rng = place.dice("waitlist")
    rows = (
        Appointment.objects.for_change()
        .upcoming(now)
        .filter(
            location=place.location,
            treatment_session__isnull=False,
            starts_at__gte=now + timedelta(days=5),
            starts_at__lt=now + timedelta(days=30),
        )
    )
    for row in list(rows)[:18:3]:
        session = row.treatment_session
        if session is not None and row.status == AppointmentStatus.BOOKED:
            waiting.add(
                session=session,
                from_on=place.today + timedelta(days=rng.randint(2, 6)),
                until_on=place.today + timedelta(days=rng.randint(14, 24)),
                parts=frozenset({rng.choice(("morning", "afternoon"))}),
                by=place.desk,
                now=now,
            )
            now += timedelta(minutes=rng.randint(10, 50))


def _stock(place: Place) -> Story:
    """A delivery six weeks ago, of which one lot is held back."""
    now = yield place.now - timedelta(days=44)
    shelf.troubles(place, now=now)


def _problem_today(place: Place) -> Story:
    """One patient treated in the last days reports a problem this morning, by themselves."""
    now = yield place.now - timedelta(hours=3)
    recent = TreatmentSession.objects.filter(
        plan__location=place.location,
        status=SessionStatus.COMPLETED,
        performed_at__gte=now - timedelta(days=6),
        performed_at__lt=now - timedelta(hours=16),
        plan__status="active",
        plan__sessions__status__in=OPEN_SESSIONS,
    ).order_by("-performed_at")
    session = recent.first()
    if session is not None:
        yield from reporting(place, session, now + timedelta(minutes=20))
