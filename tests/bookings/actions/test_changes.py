"""Moving, swapping, cancelling, the day itself, and taking the last change back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.models import Appointment, Claim
from bookings.refusals import Refused
from clinic.errors import Stale, Taken
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic, claims_of

HOUR = timedelta(hours=1)


def booked(clinic: Clinic, *, at: object = FIRST, room: int = 0, pen: int = 0) -> Appointment:
    return appointments.book(
        visit=clinic.visit(),
        starts_at=at,  # type: ignore[arg-type]
        chosen=clinic.chosen(room=room, pen=pen),
        by=clinic.desk,
        now=clinic.now,
    )


def test_moving_keeps_the_row_and_its_resources_and_raises_the_version(clinic: Clinic) -> None:
    row = booked(clinic)
    moved = appointments.move(
        appointment=row, starts_at=FIRST + HOUR, by=clinic.desk, now=clinic.now, version=1
    )
    assert (moved.pk, moved.version, moved.starts_at) == (row.pk, 2, FIRST + HOUR)
    assert moved.ends_at - moved.starts_at == row.ends_at - row.starts_at
    assert {resource for resource, _, _ in claims_of(moved)} == set(clinic.chosen().values())
    last = moved.status_changes.order_by("id").last()
    assert last is not None
    assert last.reason == "moved from Mon 30 Mar 09:00 to Mon 30 Mar 10:00"


def test_moving_keeps_the_length_it_has_now_and_not_the_one_that_was_read(clinic: Clinic) -> None:
    read = booked(clinic)
    longer = int((read.ends_at - read.starts_at) / timedelta(minutes=1)) + 30
    facts: dict[str, Any] = {"by": clinic.desk, "now": clinic.now}
    appointments.move(
        appointment=read, starts_at=FIRST, minutes=longer, chosen={"room": clinic.rooms[1]}, **facts
    )
    moved = appointments.move(appointment=read, starts_at=FIRST + HOUR, **facts)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=longer)
    assert clinic.rooms[1] in {resource for resource, _, _ in claims_of(moved)}


def test_moving_forgets_the_patients_yes(clinic: Clinic) -> None:
    row = appointments.confirm(appointment=booked(clinic), by=None, now=clinic.now)
    assert row.confirmed_at == clinic.now
    moved = appointments.move(appointment=row, starts_at=FIRST + HOUR, by=clinic.desk, now=clinic.now)
    assert moved.confirmed_at is None


def test_stale_version_says_who_changed_what(clinic: Clinic) -> None:
    row = booked(clinic)
    appointments.move(appointment=row, starts_at=FIRST + HOUR, by=clinic.desk, now=clinic.now)
    with pytest.raises(Stale) as refused:
        appointments.move(
            appointment=row, starts_at=FIRST + 2 * HOUR, by=clinic.desk, now=clinic.now, version=1
        )
    assert "Anna Berg" in refused.value.sentence
    assert "Mon 30 Mar 10:00" in refused.value.sentence


def test_moving_onto_a_lapsed_hold_releases_it(clinic: Clinic) -> None:
    row = booked(clinic)
    held = appointments.hold(
        visit=clinic.visit(),
        starts_at=FIRST + 2 * HOUR,
        chosen=clinic.chosen(),
        by=clinic.desk,
        now=clinic.now,
    )
    later = clinic.now + timedelta(minutes=11)
    moved = appointments.move(appointment=row, starts_at=FIRST + 2 * HOUR, by=clinic.desk, now=later)
    held.refresh_from_db()
    assert (moved.starts_at, held.status) == (FIRST + 2 * HOUR, "cancelled")


def test_moving_onto_somebody_is_refused_and_leaves_all_as_it_was(clinic: Clinic) -> None:
    first, second = booked(clinic), booked(clinic, at=FIRST + 2 * HOUR)
    before = claims_of(second)
    with pytest.raises(Taken):
        appointments.move(appointment=second, starts_at=FIRST, by=clinic.desk, now=clinic.now)
    second.refresh_from_db()
    assert (second.version, claims_of(second)) == (1, before)
    assert first.claims.count() == 4


def test_appointment_can_be_made_longer_but_not_shorter_than_its_treatment(clinic: Clinic) -> None:
    row = booked(clinic)
    longer = appointments.move(appointment=row, starts_at=FIRST, minutes=110, by=clinic.desk, now=clinic.now)
    assert longer.ends_at == FIRST + timedelta(minutes=110)
    with pytest.raises(Refused) as refused:
        appointments.move(appointment=longer, starts_at=FIRST, minutes=60, by=clinic.desk, now=clinic.now)
    assert refused.value.code == "too_short"


def test_swap_exchanges_two_times_on_the_same_resources(clinic: Clinic) -> None:
    first, second = booked(clinic), booked(clinic, at=FIRST + 2 * HOUR)
    one, other = appointments.swap(first=first, second=second, by=clinic.desk, now=clinic.now)
    assert (one.starts_at, other.starts_at) == (FIRST + 2 * HOUR, FIRST)
    assert (one.version, other.version) == (2, 2)
    assert Claim.objects.count() == 8


def test_another_room_at_the_same_time_is_no_news_for_the_patient(clinic: Clinic) -> None:
    row = booked(clinic)
    planned = set(Message.objects.unsent().values_list("rule", "scheduled_for"))
    changed = appointments.reassign(
        appointment=row, chosen={"room": clinic.rooms[1]}, by=clinic.desk, now=clinic.now
    )
    assert clinic.rooms[1] in {resource for resource, _, _ in claims_of(changed)}
    assert (changed.version, changed.agreed_version) == (2, 1)
    assert set(Message.objects.unsent().values_list("rule", "scheduled_for")) == planned


def test_cancelling_gives_the_time_back_and_says_why(clinic: Clinic) -> None:
    row = appointments.cancel(
        appointment=booked(clinic), reason="ill", by=None, by_patient=True, now=clinic.now
    )
    assert (row.status, row.cancel_reason, row.cancelled_by_patient) == ("cancelled", "ill", True)
    assert row.claims.count() == 0
    booked(clinic)


def test_the_day_goes_from_arrival_to_the_end_and_never_backwards(clinic: Clinic) -> None:
    row = booked(clinic)
    with pytest.raises(Refused):
        appointments.arrive(appointment=row, by=clinic.desk, now=clinic.now)
    row = appointments.arrive(appointment=row, by=clinic.desk, now=FIRST)
    row = appointments.fulfil(appointment=row, by=clinic.desk, now=FIRST + HOUR)
    assert (row.status, row.version, row.claims.count()) == ("fulfilled", 3, 4)
    with pytest.raises(Refused):
        appointments.cancel(appointment=row, reason="ill", by=clinic.desk, now=FIRST + HOUR)


def test_noshow_gives_the_time_back_and_a_late_arrival_takes_it_again(clinic: Clinic) -> None:
    row = booked(clinic)
    before = claims_of(row)
    row = appointments.mark_noshow(appointment=row, by=clinic.desk, now=FIRST + HOUR)
    assert (row.status, row.claims.count()) == ("noshow", 0)
    row = appointments.arrive(appointment=row, by=clinic.desk, now=FIRST + HOUR)
    assert (row.status, claims_of(row)) == ("arrived", before)


@pytest.mark.parametrize("what", ["move", "cancel", "noshow", "arrive", "reassign"])
def test_undo_brings_back_what_was_there(clinic: Clinic, what: str) -> None:
    row = booked(clinic)
    before = claims_of(row)
    now = FIRST
    if what == "move":
        now = clinic.now
        row = appointments.move(appointment=row, starts_at=FIRST + HOUR, by=clinic.desk, now=now)
    elif what == "cancel":
        now = clinic.now
        row = appointments.cancel(appointment=row, reason="time", by=clinic.desk, now=now)
    elif what == "noshow":
        row = appointments.mark_noshow(appointment=row, by=clinic.desk, now=now)
    elif what == "arrive":
        row = appointments.arrive(appointment=row, by=clinic.desk, now=now)
    else:
        now = clinic.now
        row = appointments.reassign(
            appointment=row, chosen={"room": clinic.rooms[1]}, by=clinic.desk, now=now
        )
    undone = appointments.undo(appointment=row, by=clinic.desk, now=now + timedelta(seconds=5))
    assert (undone.status, undone.starts_at, undone.version) == ("booked", FIRST, 3)
    assert claims_of(undone) == before


def test_undo_in_time_leaves_the_messages_as_they_were(clinic: Clinic) -> None:
    row = booked(clinic)
    before = set(Message.objects.unsent().values_list("rule", "scheduled_for"))
    row = appointments.cancel(appointment=row, reason="time", by=clinic.desk, now=clinic.now)
    assert set(Message.objects.unsent().values_list("rule", flat=True)) == {"CANCELLED"}
    appointments.undo(appointment=row, by=clinic.desk, now=clinic.now + timedelta(seconds=5))
    assert set(Message.objects.unsent().values_list("rule", "scheduled_for")) == before


@pytest.mark.parametrize(
    "later", [timedelta(0), timedelta(hours=3)], ids=["untold", "told of the first time"]
)
def test_undo_of_an_undone_move_moves_again(clinic: Clinic, later: timedelta) -> None:
    row, now = booked(clinic), clinic.now + later
    at_first = set(Message.objects.unsent().values_list("rule", "scheduled_for"))
    row = appointments.move(appointment=row, starts_at=FIRST + HOUR, by=clinic.desk, now=now)
    moved = set(Message.objects.unsent().values_list("rule", "scheduled_for"))
    row = appointments.undo(appointment=row, by=clinic.desk, now=now + timedelta(seconds=5))
    assert set(Message.objects.unsent().values_list("rule", "scheduled_for")) == at_first
    again = appointments.undo(appointment=row, by=clinic.desk, now=now + timedelta(seconds=7))
    assert (again.starts_at, again.agreement) == (FIRST + HOUR, "moved")
    # Who has heard of the first time is told anew, seven seconds later than the first move would have.
    found = dict(Message.objects.unsent().values_list("rule", "scheduled_for"))
    news = timedelta(seconds=7) if later else timedelta(0)
    assert found == {rule: at + news * (rule in {"MOVED", "P_MERGED"}) for rule, at in moved}
    once_more = appointments.undo(appointment=again, by=clinic.desk, now=now + timedelta(seconds=9))
    assert once_more.starts_at == FIRST
    assert set(Message.objects.unsent().values_list("rule", "scheduled_for")) == at_first


def test_undo_of_a_cancel_is_refused_when_somebody_took_the_time(clinic: Clinic) -> None:
    row = appointments.cancel(appointment=booked(clinic), reason="time", by=clinic.desk, now=clinic.now)
    booked(clinic)
    with pytest.raises(Taken):
        appointments.undo(appointment=row, by=clinic.desk, now=clinic.now)


def test_first_entry_cannot_be_undone(clinic: Clinic) -> None:
    with pytest.raises(Refused) as refused:
        appointments.undo(appointment=booked(clinic), by=clinic.desk, now=clinic.now)
    assert refused.value.code == "nothing_to_undo"


def test_arrival_stands_once_the_treatment_has_begun(clinic: Clinic) -> None:
    row = booked(clinic)
    appointments.arrive(appointment=row, by=clinic.desk, now=FIRST)
    session = row.treatment_session
    assert session is not None
    type(session).objects.filter(pk=session.pk).update(status="in-progress")
    with pytest.raises(Refused) as refused:
        appointments.undo(appointment=Appointment.objects.get(pk=row.pk), by=clinic.desk, now=FIRST)
    assert refused.value.code == "has_begun"
    row.refresh_from_db()
    assert row.status == "arrived"
