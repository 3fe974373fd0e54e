"""One visit as it goes: the patient's yes, the health check, arrival, treatment, the signature; or it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from bookings.actions import appointments, treating
from bookings.demo.charts import Chart
from bookings.demo.letters import Post
from bookings.demo.manners import Manners
from bookings.demo.opening import answers_to
from bookings.demo.past import attended
from bookings.demo.recovery import answering
from bookings.demo.shelf import Shelf
from bookings.demo.walking import Story, Walk
from bookings.demo.world import Place, taken_by
from bookings.models import Appointment
from bookings.words import AppointmentStatus
from clinic.models import Device, Room
from clinic.words import ResourceKind
from treatments.actions.records import open_record, save_draft, sign_record
from treatments.actions.screening import answer_screening, questions_for
from treatments.models import TreatmentSession
from treatments.queries.catalogue import definition_of


def visit(place: Place, shelf: Shelf, post: Post, walk: Walk, pk: int, manners: Manners) -> Story:
    """The visit of a booked appointment; ends early when it was cancelled or moved."""
    starts_at = _fresh(pk).starts_at
    if starts_at >= place.recent:
        yield from lived(place, shelf, walk, pk, manners)
        return
    now = yield _fresh(pk).ends_at
    if not _stands(pk, starts_at):
        return
    if manners.misses:
        post.settle_due(now, subject_type="appointment", subject_id=pk)
        appointments.mark_noshow(appointment=_fresh(pk), by=place.desk, now=now)
        return
    for story in attended(place, shelf, post, _fresh(pk), manners):
        walk.tell(story)


def lived(place: Place, shelf: Shelf, walk: Walk, pk: int, manners: Manners) -> Story:
    """A visit of the newest days, from the day before to its end, through the actions of the pages."""
    row = _fresh(pk)
    rng = place.dice("visit", row.patient_id, row.starts_at)
    starts_at = row.starts_at
    if manners.confirms:
        now = yield starts_at - timedelta(hours=rng.randint(20, 46), minutes=rng.randint(0, 59))
        if not _stands(pk, starts_at):
            return
        appointments.confirm(appointment=_fresh(pk), by=None, now=now)
    if manners.answers_at_home and row.treatment_session is not None and not manners.misses:
        now = yield starts_at - timedelta(hours=rng.randint(12, 19))
        if not _stands(pk, starts_at):
            return
        screen(row.treatment_session, place, rng, by=None, now=now)
    if not manners.misses:
        yield from come(place, shelf, walk, pk, manners, rng)
        return
    now = yield starts_at + timedelta(minutes=40)
    if _stands(pk, starts_at):
        appointments.mark_noshow(appointment=_fresh(pk), by=place.desk, now=now)


def come(place: Place, shelf: Shelf, walk: Walk, pk: int, manners: Manners, rng: Random) -> Story:
    """Arrival, health check, treatment and signature."""
    row = _fresh(pk)
    arrived_at = yield row.starts_at - timedelta(minutes=manners.minutes_early)
    if not _stands(pk, row.starts_at):
        return
    row = appointments.arrive(appointment=row, by=place.desk, now=arrived_at)
    begins_at = max(row.starts_at, arrived_at + timedelta(minutes=6)) + timedelta(minutes=rng.randint(0, 4))
    length = row.ends_at - row.starts_at - timedelta(minutes=rng.randint(2, 7))
    session = row.treatment_session
    if session is None:
        ended_at = yield begins_at + length
        appointments.fulfil(appointment=_fresh(pk), by=place.desk, now=ended_at)
        return
    now = yield begins_at - timedelta(minutes=2)
    if not session.screenings.exists():
        screen(session, place, rng, by=place.desk, now=now)
    begun_at = yield begins_at
    treat(place, row, now=begun_at)
    ended_at = yield begun_at + length
    chart(place, shelf, session, ended_at=ended_at, rng=rng)
    for story in answering(place, session, is_ill=manners.is_ill_after):
        walk.tell(story)


def screen(session: TreatmentSession, place: Place, rng: Random, *, by: Any, now: datetime) -> None:
    """The questions before a session, answered through the link (`by` None) or at the desk."""
    questions = questions_for(session.plan, session, is_staff=by is not None)
    answer_screening(session.plan, session=session, answers=answers_to(questions, rng), by=by, now=now)


def treat(place: Place, row: Appointment, *, now: datetime) -> None:
    """The treatment begins, and its record is open."""
    taken = taken_by(row)
    practitioner = place.practitioner(taken[ResourceKind.PRACTITIONER].pk)
    treating.start(appointment=_fresh(row.pk), by=practitioner.user, now=now)
    device, room = taken.get(ResourceKind.DEVICE), taken.get(ResourceKind.ROOM)
    if row.treatment_session is not None:
        open_record(
            row.treatment_session,
            practitioner=practitioner,
            by=practitioner.user,
            now=now,
            device=Device.objects.get(pk=device.pk) if device else None,
            room=Room.objects.get(pk=room.pk) if room else None,
        )


def chart(place: Place, shelf: Shelf, session: TreatmentSession, *, ended_at: datetime, rng: Random) -> None:
    """The record is written and signed by whoever treated."""
    session = TreatmentSession.objects.select_related("plan__location", "protocol_version").get(pk=session.pk)
    record = session.record
    draft = Chart(place, shelf, record, definition_of(session), ended_at, rng).draft()
    saved = save_draft(record.pk, version=record.version, draft=draft)
    sign_record(saved.pk, version=saved.version, by=record.practitioner.user, now=ended_at)


def _fresh(pk: int) -> Appointment:
    return Appointment.objects.for_change().get(pk=pk)


def _stands(pk: int, starts_at: datetime) -> bool:
    """Whether the appointment is still booked for that time."""
    return Appointment.objects.filter(pk=pk, status=AppointmentStatus.BOOKED, starts_at=starts_at).exists()
