"""Booking: who, for what, when; somebody new in the same breath; a time clicked on the board."""

from datetime import date, timedelta

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import plain_visit
from bookings.words import AppointmentKind, AppointmentStatus
from clinic.models import Patient, Resource
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, PatientFactory, staff


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def first_slot(client: Client, path: str) -> str:
    """The value of the first offered time."""
    times = client.get(path).context["times"]
    return str(times[0][1])


def test_search_shows_the_birth_date_beside_namesakes(desk: Client, clinic: Clinic) -> None:
    for year in (1980, 1990):
        PatientFactory(
            at=clinic.location, given_name="Zoë", family_name="Müller", born_on=date(year, 5, 17), phone=""
        )
    page = desk.get("/book/?q=mul%20zoe").content.decode()
    assert ("17 May 1980" in page, "17 May 1990" in page) == (True, True)


def test_enter_goes_on_when_exactly_one_matches(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location, family_name="Brandt")
    answer = desk.get("/book/?q=brandt&go=1&day=2026-03-30&time=09:00&practitioner=7")
    assert answer["Location"] == (f"/book/{patient.pk}/?day=2026-03-30&time=09%3A00&practitioner=7")


def test_search_while_typing_answers_with_the_list_alone(desk: Client, clinic: Clinic) -> None:
    PatientFactory(at=clinic.location, family_name="Brandt")
    page = desk.get("/book/?q=bra", HTTP_HX_TARGET="found", HTTP_HX_REQUEST="true").content.decode()
    assert ("Brandt" in page, "<html" in page) == (True, False)


def test_patients_of_other_places_are_not_found(desk: Client, clinic: Clinic) -> None:
    stranger = PatientFactory(at=LocationFactory(), family_name="Fremd")
    assert "Nobody found" in desk.get("/book/?q=fremd").content.decode()
    assert desk.get(f"/book/{stranger.pk}/").status_code == 404


def test_somebody_new_is_registered_and_goes_on_to_the_times(desk: Client, clinic: Clinic) -> None:
    told = {"given_name": "Ana", "family_name": "Silva", "phone": "0151 23456789", "day": "2026-03-30"}
    answer = desk.post("/book/new/", told)
    patient = Patient.objects.get(family_name="Silva")
    assert answer["Location"] == f"/book/{patient.pk}/?day=2026-03-30"
    assert str(patient.phone) == "+4915123456789"


def test_somebody_known_is_shown_before_registering_again(desk: Client, clinic: Clinic) -> None:
    known = PatientFactory(at=clinic.location, phone="+4915123456789")
    told = {"given_name": "Ana", "family_name": "Silva", "phone": "0151 23456789"}
    answer = desk.post("/book/new/", told)
    assert (answer.status_code, known.full_name in answer.content.decode()) == (422, True)
    assert Patient.objects.count() == 1
    assert desk.post("/book/new/", told | {"anyway": "yes"}).status_code == 302
    assert Patient.objects.count() == 2


def test_a_wrong_number_keeps_what_was_typed(desk: Client, clinic: Clinic) -> None:
    answer = desk.post("/book/new/", {"given_name": "Ana", "family_name": "Silva", "phone": "12"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="Ana"' in page, 'value="12"' in page) == (422, True, True)
    assert Patient.objects.count() == 0


def test_five_times_are_offered_and_one_press_books(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?for=consultation"
    assert len(desk.get(path).context["times"]) == 5
    answer = desk.post(path, {"for": "consultation", "slot": first_slot(desk, path)})
    row = Appointment.objects.get()
    assert (row.patient, row.kind, row.status) == (patient, "consultation", "booked")
    assert answer["Location"].startswith("/board/?day=2026-03-03")


def test_the_next_session_of_a_plan_comes_first(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    path = f"/book/{plan.patient_id}/"
    shown = desk.get(path)
    assert next(one.code for one in shown.context["errands"]) == f"session-{plan.sessions.get(number=1).pk}"
    assert "2 more sessions" in shown.content.decode()
    desk.post(path, {"for": shown.context["errand"].code, "slot": first_slot(desk, path)})
    assert Appointment.objects.get().treatment_session == plan.sessions.get(number=1)
    assert desk.get(path).context["errand"].session.number == 2


def test_times_of_the_second_session_respect_the_interval(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=2)
    path = f"/book/{plan.patient_id}/"
    desk.post(path, {"for": desk.get(path).context["errand"].code, "slot": first_slot(desk, path)})
    first = Appointment.objects.get()
    shown = desk.get(path)
    earliest = shown.context["errand"].window.earliest
    assert earliest > first.starts_at.date()
    assert all(slot.start.date() >= earliest for slot, _value in shown.context["times"])


def test_a_hold_keeps_the_time_and_is_booked_by_one_press(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?for=consultation"
    desk.post(path, {"for": "consultation", "slot": first_slot(desk, path), "hold": "yes"})
    row = Appointment.objects.get()
    assert row.status == AppointmentStatus.HELD
    assert "held until" in desk.get(f"/appointments/{row.pk}/").content.decode()
    desk.post(f"/appointments/{row.pk}/do/keep/", {"version": row.version})
    row.refresh_from_db()
    assert row.status == AppointmentStatus.BOOKED


def test_choices_are_held_taken_and_given_back(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/choices/?for=consultation"
    shown = desk.post(path, HTTP_HX_TARGET="choices", HTTP_HX_REQUEST="true")
    page = shown.content.decode()
    assert ("All 5 are held for you until" in page, "<html" in page) == (True, False)
    (desk_name,) = set(Appointment.objects.occupying().values_list("choice_of", flat=True))
    assert Appointment.objects.choices_of(desk_name).count() == 5
    first = sorted(Appointment.objects.occupying().values_list("starts_at", flat=True))
    again = desk.post(path).context["times"]
    assert [slot.start for slot, _value in again] == first
    desk.post(f"/book/{patient.pk}/", {"for": "consultation", "slot": again[1][1]})
    row = Appointment.objects.occupying().get()
    assert (row.status, row.starts_at) == (AppointmentStatus.BOOKED, again[1][0].start)
    held = desk.post(path).context["held"]
    assert desk.post("/book/choices/release/", {"held": [one.pk for one in held]}).status_code == 204
    assert Appointment.objects.occupying().get() == row


def test_choices_of_one_desk_are_not_offered_at_another(desk: Client, clinic: Clinic, client: Client) -> None:
    patient, other = PatientFactory(at=clinic.location), PatientFactory(at=clinic.location)
    held = desk.post(f"/book/{patient.pk}/choices/?for=consultation").context["held"]
    second = Client()
    second.force_login(staff(at=clinic.location))
    offered = second.get(f"/book/{other.pk}/?for=consultation").context["times"]
    assert not {row.starts_at for row in held} & {slot.start for slot, _value in offered}
    second.post("/book/choices/release/", {"held": [row.pk for row in held]})
    assert Appointment.objects.occupying().count() == 5


def test_a_time_that_was_taken_meanwhile_is_refused_with_fresh_times(desk: Client, clinic: Clinic) -> None:
    patient, other = PatientFactory(at=clinic.location), PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?for=consultation"
    slot = first_slot(desk, path)
    visit = plain_visit(other, clinic.location, AppointmentKind.CONSULTATION)
    start, chosen = (
        desk.get(path).context["times"][0][0].start,
        desk.get(path).context["times"][0][0].assignment,
    )
    actions.book(visit=visit, starts_at=start, chosen=dict(chosen), by=clinic.desk, now=clinic.now)
    answer = desk.post(path, {"for": "consultation", "slot": slot})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (409, True)
    assert slot not in [value for _slot, value in answer.context["times"]]
    assert Appointment.objects.of_patient(patient).count() == 0


@pytest.mark.parametrize("slot", ["", "x", "2026-03-30T09:00", "2026-03-30T09:00+00:00|boat=1"])
def test_nonsense_for_a_time_is_refused_with_a_sentence(desk: Client, clinic: Clinic, slot: str) -> None:
    patient = PatientFactory(at=clinic.location)
    answer = desk.post(f"/book/{patient.pk}/?for=consultation", {"for": "consultation", "slot": slot})
    assert (answer.status_code, "Choose one of the times." in answer.content.decode()) == (422, True)


def test_a_full_day_is_booked_past_its_number_by_whoever_was_shown_it(desk: Client, clinic: Clinic) -> None:
    Resource.objects.filter(pk=clinic.weiss).update(daily_quota=1)
    actions.book(visit=clinic.visit(), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?day=2026-03-30&time=15:00&practitioner={clinic.weiss}&room={clinic.rooms[0]}"
    told = {
        "for": "consultation",
        "slot": f"2026-03-30T15:00:00+02:00|practitioner={clinic.weiss}|room={clinic.rooms[0]}",
    }
    refused = desk.post(path, told)
    assert (refused.status_code, "the day&#x27;s number" in refused.content.decode()) == (409, True)
    page = desk.get(path).content.decode()
    assert 'name="past_quota" value="yes"' in page
    assert desk.post(path, {**told, "past_quota": "yes"}).status_code == 302
    row = Appointment.objects.get(patient=patient)
    moved = desk.get(f"/appointments/{row.pk}/move/", {"start": "2026-03-31T15:00:00+02:00"})
    assert 'name="past_quota"' not in moved.content.decode()


def test_a_time_clicked_on_the_board_comes_first_with_what_stands_against_it(
    desk: Client, clinic: Clinic
) -> None:
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?for=consultation&day=2026-03-30&practitioner={clinic.weiss}"
    shown = desk.get(f"{path}&time=09:00")
    assert (shown.context["clicked"].start, shown.context["clicked"].is_possible) == (FIRST, True)
    late = desk.get(f"{path}&time=22:00").context["clicked"]
    assert (late.is_possible, len(late.problems) > 0) == (True, True)


def test_wishes_narrow_the_times(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    path = f"/book/{patient.pk}/?for=consultation&parts=afternoon&since=2026-03-30"
    starts = [slot.start for slot, _value in desk.get(path).context["times"]]
    assert all(start >= FIRST + timedelta(hours=3) for start in starts)
    assert {(start.hour >= 10) for start in starts} == {True}


def test_who_missed_before_is_said_while_booking(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION)
    for days in (0, 1):
        start = FIRST + timedelta(days=days)
        row = actions.book(visit=visit, starts_at=start, by=clinic.desk, now=clinic.now)
        actions.mark_noshow(appointment=row, by=clinic.desk, now=start + timedelta(minutes=20))
    assert "Did not come 2 times before." in desk.get(f"/book/{patient.pk}/").content.decode()


def test_pages_of_booking_need_the_permission(client: Client, clinic: Clinic) -> None:
    assert client.get("/book/").status_code == 302
    client.force_login(staff(at=clinic.location))
    assert client.get("/book/").status_code == 200


def test_holds_that_come_after_the_booking_of_their_page_are_not_made(desk: Client, clinic: Clinic) -> None:
    patient = PatientFactory(at=clinic.location)
    drawn = int(clinic.now.timestamp())
    path = f"/book/{patient.pk}/?for=consultation"
    _slot, value = desk.get(path).context["times"][0]
    assert desk.post(f"/book/{patient.pk}/", {"for": "consultation", "slot": value}).status_code == 302
    late = desk.post(f"/book/{patient.pk}/choices/", {"for": "consultation", "drawn": drawn})
    assert (late.status_code, Appointment.objects.occupying().count()) == (200, 1)
    new = desk.post(f"/book/{patient.pk}/choices/", {"for": "consultation", "drawn": drawn + 1})
    assert (new.status_code, Appointment.objects.occupying().count()) == (200, 6)
