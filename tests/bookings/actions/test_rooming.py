"""Another room when somebody checks in, or later: the claims follow, and a room that is taken says until when."""

from datetime import timedelta

import pytest

from bookings.actions import appointments as actions
from bookings.actions.moving import visit_for
from bookings.claiming import span_claims
from bookings.models import Appointment
from bookings.refusals import Refused
from bookings.rooms import room_choices
from bookings.visits import plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.errors import Taken
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import PatientFactory, practitioner, room

MINUTE = timedelta(minutes=1)


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """Session one in room 1."""
    session = clinic.plan().sessions.get(number=1)
    return actions.book(
        visit=visit_of(session), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )


def rooms_of(row: Appointment, clinic: Clinic) -> dict[int, list[tuple[int, int]]]:
    """Room → its claims in minutes from FIRST."""
    found: dict[int, list[tuple[int, int]]] = {}
    for claim in span_claims(row):
        if claim.resource in clinic.rooms:
            span = (int((claim.start - FIRST) / MINUTE), int((claim.end - FIRST) / MINUTE))
            found.setdefault(claim.resource, []).append(span)
    return found


def test_check_in_into_another_room_takes_its_claims_along(row: Appointment, clinic: Clinic) -> None:
    before = rooms_of(row, clinic)[clinic.rooms[0]]
    others = {one for one in span_claims(row) if one.resource not in clinic.rooms}
    row = actions.check_in(
        appointment=row, room=clinic.rooms[1], by=clinic.desk, now=FIRST - 10 * MINUTE, version=1
    )
    assert (row.status, rooms_of(row, clinic)) == ("arrived", {clinic.rooms[1]: before})
    assert {one for one in span_claims(row) if one.resource not in clinic.rooms} == others
    assert "Room 2" in row.status_changes.get(from_status="booked", to_status="booked").reason


def test_somebody_in_the_house_leaves_the_old_room_free_from_now_on(row: Appointment, clinic: Clinic) -> None:
    start, end = rooms_of(row, clinic)[clinic.rooms[0]][0]
    row = actions.check_in(appointment=row, by=clinic.desk, now=FIRST)
    now = FIRST + 22 * MINUTE
    row = actions.assign_room(appointment=row, room=clinic.rooms[1], by=clinic.desk, now=now)
    assert (start, rooms_of(row, clinic)) == (0, {clinic.rooms[1]: [(20, end)]})
    assert row.status == "arrived"


def test_a_room_that_is_taken_is_refused_with_until_when_and_nothing_changes(
    row: Appointment, clinic: Clinic
) -> None:
    busy = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    other = practitioner(at=clinic.location, name="Jana Novák").pk
    actions.book(
        visit=busy,
        starts_at=FIRST,
        chosen={"practitioner": other, "room": clinic.rooms[1]},
        by=clinic.desk,
        now=clinic.now,
    )
    with pytest.raises(Taken, match=r"Room 2 is taken until 9:30\."):
        actions.check_in(appointment=row, room=clinic.rooms[1], by=clinic.desk, now=FIRST)
    row.refresh_from_db()
    assert (row.status, row.version, list(rooms_of(row, clinic))) == ("booked", 1, [clinic.rooms[0]])
    choices = room_choices(row, visit_for(row), now=FIRST)
    assert [(one.name, one.is_present, one.taken_until) for one in choices] == [
        ("Room 1", True, None),
        ("Room 2", False, FIRST + 30 * MINUTE),
    ]


def test_a_room_of_another_kind_is_refused(row: Appointment, clinic: Clinic) -> None:
    wrong = room(at=clinic.location, name="Consultation", kind="consultation")
    with pytest.raises(Refused, match="not used for this treatment"):
        actions.assign_room(appointment=row, room=wrong.pk, by=clinic.desk, now=FIRST)


def test_undo_goes_back_to_the_room_before(row: Appointment, clinic: Clinic) -> None:
    before = rooms_of(row, clinic)
    actions.arrive(appointment=row, by=clinic.desk, now=FIRST)
    row.refresh_from_db()
    actions.assign_room(appointment=row, room=clinic.rooms[1], by=clinic.desk, now=FIRST)
    row.refresh_from_db()
    row = actions.undo(appointment=row, by=clinic.desk, now=FIRST + MINUTE)
    assert (row.status, rooms_of(row, clinic)) == ("arrived", before)


def test_the_patient_hears_nothing_of_a_room(row: Appointment, clinic: Clinic) -> None:
    known = set(Message.objects.values_list("pk", flat=True))
    actions.assign_room(appointment=row, room=clinic.rooms[1], by=clinic.desk, now=clinic.now)
    assert set(Message.objects.values_list("pk", flat=True)) == known


def test_who_has_left_is_given_no_room(row: Appointment, clinic: Clinic) -> None:
    actions.cancel(appointment=row, reason="ill", by=clinic.desk, now=clinic.now)
    with pytest.raises(Refused, match="expected or here"):
        actions.assign_room(appointment=row, room=clinic.rooms[1], by=clinic.desk, now=FIRST)
