"""What is offered can be booked, and what can be booked is offered: asked of the same clinic, start by start."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.actions import appointments, moving
from bookings.actions.closures import close
from bookings.actions.taking import taking_at
from bookings.models import Appointment
from bookings.problems import problems_for
from bookings.slots import free_slots
from bookings.visits import Visit, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.errors import DomainError, Taken
from clinic.models import Practitioner, Resource
from clinic.timekeeping import day_bounds, local_day
from clinic.words import Qualification
from tests import factories
from tests.bookings.conftest import FIRST, Clinic
from tests.bookings.pure.test_timegrid import NIGHTS
from tests.conftest import MORNING

HOUR, STEP = timedelta(hours=1), timedelta(minutes=15)


def a_busy_day(clinic: Clinic, first: datetime) -> None:
    """Two treatments, a talk, an hour of leave, and a hold that has lapsed."""
    for at, room in ((first, 0), (first + 3 * HOUR, 1)):
        appointments.book(
            visit=clinic.visit(),
            starts_at=at,
            chosen=clinic.chosen(room=room),
            by=clinic.desk,
            now=clinic.now,
        )
    talk = plain_visit(
        factories.PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION
    )
    appointments.book(visit=talk, starts_at=first + 2 * HOUR, by=clinic.desk, now=clinic.now)
    appointments.hold(
        visit=clinic.visit(),
        starts_at=first + 7 * HOUR,
        by=clinic.desk,
        now=clinic.now - HOUR,
    )
    close(
        location=clinic.location,
        resource=Resource.objects.get(pk=clinic.weiss),
        starts_at=first + 5 * HOUR,
        ends_at=first + 6 * HOUR,
        kind="leave",
        by=clinic.desk,
        now=clinic.now,
    )


def bookable(visit: Visit, start: datetime, now: datetime) -> bool:
    """Whether a patient could book it, tried and taken back."""
    with transaction.atomic():
        try:
            appointments.book(visit=visit, starts_at=start, by=None, now=now)
        except DomainError:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def offered_and_bookable(clinic: Clinic, first: datetime) -> tuple[set[datetime], set[datetime]]:
    """Of every quarter of an hour of a busy local day: what is offered, and what can be booked."""
    a_busy_day(clinic, first)
    visit = visit_of(clinic.plan().sessions.get(number=1))
    zone = clinic.location.tz
    day = day_bounds(local_day(first, zone), zone)
    found = free_slots(visit, first_day=local_day(first, zone), days=1, now=clinic.now)
    offered = {slot.start for slot in found}
    starts = [day.start + number * STEP for number in range(int(day.duration / STEP))]
    possible = {start for start in starts if bookable(visit, start, clinic.now)}
    assert Appointment.objects.filter(treatment_session=visit.session).count() == 0
    return offered, possible


def test_every_start_offered_can_be_booked_and_no_other(clinic: Clinic) -> None:
    offered, possible = offered_and_bookable(clinic, FIRST)
    assert offered == possible
    assert 3 < len(offered) < 20


def test_the_same_holds_on_the_night_the_clocks_go_forward(clinic: Clinic) -> None:
    offered, possible = offered_and_bookable(clinic, datetime(2026, 3, 29, 7, 0, tzinfo=UTC))
    assert offered == possible
    assert 3 < len(offered) < 20


@pytest.mark.parametrize(("zone", "first_day"), NIGHTS, ids=[f"{zone} {day}" for zone, day in NIGHTS])
def test_hours_are_the_wall_clocks_on_both_nights_of_every_zone(
    db: None, clock: Any, zone: str, first_day: date
) -> None:
    """The three days around a clock change offer the same wall times, and the first and last can be booked."""
    place = factories.LocationFactory(zone=zone)
    for make in (factories.practitioner, factories.room, factories.device):
        make(at=place)
    visit = visit_of(factories.plan(at=place).sessions.get(number=1))
    found = list(free_slots(visit, first_day=first_day, days=3, now=MORNING))
    walls = defaultdict(list)
    for slot in found:
        wall = slot.start.astimezone(place.tz)
        walls[wall.date()].append(wall.time())
    assert len(walls) == 3
    assert all(times == walls[first_day] for times in walls.values())
    assert walls[first_day][0] == time(9)
    for slot in (found[0], found[len(walls[first_day])], found[-1]):
        assert bookable(visit, slot.start, MORNING)


def test_full_quota_is_no_longer_offered_and_stops_all_but_the_desk_that_means_it(clinic: Clinic) -> None:
    Resource.objects.filter(pk=clinic.weiss).update(daily_quota=1)
    appointments.book(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    visit, later, chosen = clinic.visit(), FIRST + 3 * HOUR, clinic.chosen(room=1)
    found = free_slots(visit, first_day=local_day(FIRST, clinic.location.tz), days=2, now=clinic.now)
    assert {slot.start.date() - FIRST.date() for slot in found} == {timedelta(days=1)}
    with pytest.raises(DomainError) as refused:
        appointments.book(visit=visit, starts_at=later, chosen=chosen, by=None, now=clinic.now)
    assert [problem.code for problem in refused.value.problems] == ["quota"]
    by_desk: dict[str, Any] = {"by": clinic.desk, "now": clinic.now}
    for take in (appointments.book, appointments.hold):
        with pytest.raises(Taken, match="Weiss has the day's number of appointments already"):
            take(visit=visit, starts_at=later, chosen=chosen, **by_desk)
    row = appointments.book(visit=visit, starts_at=later, chosen=chosen, past_quota=True, **by_desk)
    earlier = appointments.move(appointment=row, starts_at=later - HOUR, **by_desk)
    assert earlier.starts_at == later - HOUR  # it counts on that day already
    other = appointments.move(appointment=row, starts_at=later + timedelta(days=1), **by_desk)
    with pytest.raises(Taken) as full:
        appointments.undo(appointment=other, **by_desk)
    assert full.value.code == "quota"
    next_week = [FIRST + timedelta(days=7), later + timedelta(days=7)]
    changes = [
        moving.Change(one, taking_at(moving.visit_for(one), start, clinic.chosen()))
        for one, start in zip(Appointment.objects.order_by("pk"), next_week, strict=True)
    ]
    with pytest.raises(Taken):  # each by itself would have a place
        moving.carry_out(changes, **by_desk)


def test_nobody_is_offered_after_their_certificate_has_ended(clinic: Clinic) -> None:
    certificate = next(
        one.certificate
        for one in visit_of(clinic.plan().sessions.get(number=1)).requirements.entitled
        if one.certificate
    )
    weiss = Practitioner.objects.get(resource=clinic.weiss)
    weiss.qualification, weiss.certificates = Qualification.AES, {certificate: "2026-03-31"}
    weiss.save()
    visit = visit_of(clinic.plan().sessions.get(number=1))
    found = free_slots(visit, first_day=FIRST.date(), days=5, now=clinic.now)
    assert {slot.start.date().isoformat() for slot in found} == {"2026-03-30", "2026-03-31"}
    why = problems_for(visit, start=FIRST + timedelta(days=2), now=clinic.now, by=clinic.desk)
    assert "nobody_eligible" in {problem.code for problem in why}
