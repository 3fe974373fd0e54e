"""Five choices held at once while somebody is on the phone: taken, given back, run out, fair to the other desks."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from bookings.actions import appointments
from bookings.actions.choosing import hold_choices, release_choices, take_choice
from bookings.actions.forgetting import forget_choices
from bookings.assignment import Slot
from bookings.models import Appointment, Claim
from bookings.slots import next_free
from bookings.visits import Visit
from clinic.errors import Taken
from tests.bookings.conftest import FIRST, Clinic

DAY = FIRST.date()


@pytest.fixture
def visit(clinic: Clinic) -> Visit:
    """The first session of a plan."""
    return clinic.visit()


def slots_for(clinic: Clinic, visit: Visit, count: int = 5) -> list[Slot]:
    """The next free times from FIRST on."""
    return next_free(visit, now=clinic.now, from_day=DAY, count=count)


def hold(
    clinic: Clinic, visit: Visit, desk: str = "anna", slots: list[Slot] | None = None
) -> list[Appointment]:
    """Holds what is free next for a desk."""
    wanted = slots_for(clinic, visit) if slots is None else slots
    return hold_choices(visit=visit, slots=wanted, desk=desk, by=clinic.desk, now=clinic.now)


def take(clinic: Clinic, visit: Visit, slot: Slot, desk: str = "anna", **fields: object) -> Appointment:
    """Takes one of the times."""
    told = {"by": clinic.desk, "now": clinic.now, **fields}
    return take_choice(
        visit=visit,
        starts_at=slot.start,
        chosen=dict(slot.assignment),
        desk=desk,
        **told,  # type: ignore[arg-type]
    )


def test_all_five_are_held_and_nobody_else_is_offered_them(clinic: Clinic, visit: Visit) -> None:
    slots = slots_for(clinic, visit)
    held = hold(clinic, visit, slots=slots)
    assert [(row.starts_at, row.status, row.held_until) for row in held] == [
        (slot.start, "held", clinic.now + timedelta(minutes=10)) for slot in slots
    ]
    others = slots_for(clinic, clinic.visit())
    taken = {(slot.start, slot.assignment["practitioner"]) for slot in slots}
    assert not taken & {(slot.start, slot.assignment["practitioner"]) for slot in others}


def test_taking_one_books_the_session_and_frees_the_others(clinic: Clinic, visit: Visit) -> None:
    slots = slots_for(clinic, visit)
    held = hold(clinic, visit, slots=slots)
    row = take(clinic, visit, slots[2])
    assert (row.pk, row.status, row.treatment_session, row.choice_of) == (
        held[2].pk,
        "booked",
        visit.session,
        "",
    )
    assert Appointment.objects.occupying().get() == row
    assert set(Claim.objects.values_list("appointment", flat=True)) == {row.pk}


def test_another_search_of_the_same_desk_gives_the_last_one_back(clinic: Clinic, visit: Visit) -> None:
    first = hold(clinic, visit)
    second = hold(clinic, clinic.visit())
    assert set(Appointment.objects.occupying()) == set(second)
    assert {row.status for row in Appointment.objects.of([row.pk for row in first])} == {"cancelled"}


def test_two_desks_keep_their_own_choices(clinic: Clinic, visit: Visit) -> None:
    other = clinic.visit()
    mine, theirs = hold(clinic, visit), hold(clinic, other, desk="ben")
    assert len(mine) == len(theirs) == 5
    assert release_choices(desk="anna", now=clinic.now) == 5
    assert set(Appointment.objects.occupying()) == set(theirs)


def test_leaving_a_page_gives_back_only_what_it_held(clinic: Clinic, visit: Visit) -> None:
    old = hold(clinic, visit)
    new = hold(clinic, clinic.visit())
    assert release_choices(desk="anna", now=clinic.now, only=[row.pk for row in old]) == 0
    assert set(Appointment.objects.occupying()) == set(new)
    assert release_choices(desk="anna", now=clinic.now, only=[new[0].pk]) == 1
    assert release_choices(desk="anna", now=clinic.now) == 4


def test_what_ran_out_is_free_for_everybody_and_still_booked_when_nobody_took_it(
    clinic: Clinic, visit: Visit
) -> None:
    slots = slots_for(clinic, visit)
    hold(clinic, visit, slots=slots)
    clinic.now += timedelta(minutes=10)
    other = clinic.visit()
    appointments.book(
        visit=other,
        starts_at=slots[0].start,
        chosen=dict(slots[0].assignment),
        by=clinic.desk,
        now=clinic.now,
    )
    with pytest.raises(Taken) as refusal:
        take(clinic, visit, slots[0])
    assert refusal.value.code == "taken"
    row = take(clinic, visit, slots[1])
    assert (row.status, row.starts_at) == ("booked", slots[1].start)


def test_a_refusal_leaves_the_choices_as_they_were(clinic: Clinic, visit: Visit) -> None:
    slots = slots_for(clinic, visit, 6)
    held = hold(clinic, visit, slots=slots[:5])
    appointments.book(
        visit=clinic.visit(),
        starts_at=slots[5].start,
        chosen=dict(slots[5].assignment),
        by=clinic.desk,
        now=clinic.now,
    )
    with pytest.raises(Taken):
        take(clinic, visit, slots[5])
    assert set(Appointment.objects.choices_of("anna")) == set(held)


def test_keeping_one_goes_on_holding_it_for_its_session(clinic: Clinic, visit: Visit) -> None:
    slots = slots_for(clinic, visit)
    held = hold(clinic, visit, slots=slots)
    row = take(clinic, visit, slots[1], is_kept=True)
    assert (row.pk, row.status, row.treatment_session) == (held[1].pk, "held", visit.session)
    assert hold(clinic, clinic.visit()) != []
    row.refresh_from_db()
    assert row.status == "held"


def test_a_session_that_is_booked_gets_no_choices(clinic: Clinic, visit: Visit) -> None:
    slots = slots_for(clinic, visit)
    appointments.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)
    assert hold(clinic, visit, slots=slots) == []


def test_choices_are_nobodys_news(clinic: Clinic, visit: Visit) -> None:
    from clinic.messaging.models import Message

    hold(clinic, visit)
    release_choices(desk="anna", now=clinic.now)
    assert Message.objects.count() == 0
    assert list(Appointment.objects.of_patient(visit.patient).agreed()) == []


def test_choices_that_nobody_took_are_forgotten_after_a_week_and_stay_in_the_history(
    clinic: Clinic, visit: Visit
) -> None:
    slots = slots_for(clinic, visit)
    held = hold(clinic, visit, slots=slots)
    booked = take(clinic, visit, slots[0])
    kept = appointments.hold(
        visit=clinic.visit(), starts_at=slots[1].start, by=clinic.desk, now=clinic.now, chosen=clinic.chosen()
    )
    appointments.release_lapsed(now=clinic.now + timedelta(days=1))
    assert forget_choices(now=clinic.now + timedelta(days=6)) == 0
    assert forget_choices(now=clinic.now + timedelta(days=8)) == 4
    assert set(Appointment.objects.values_list("pk", flat=True)) == {booked.pk, kept.pk}
    assert booked.status_changes.count() == 2
    history = Appointment.pgh_event_model.objects.filter(pgh_obj_id=held[1].pk)  # type: ignore[attr-defined]
    assert list(history.order_by("pgh_id").values_list("pgh_label", "status")) == [
        ("insert", "held"),
        ("update", "cancelled"),
        ("delete", "cancelled"),
    ]
    with pytest.raises(ProgrammingError, match="Cannot update or delete rows"), transaction.atomic():
        booked.status_changes.all().delete()
