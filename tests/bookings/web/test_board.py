"""The day board: what it shows, what it costs, how it answers."""

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import plain_visit, visit_of
from bookings.words import AppointmentKind, AppointmentStatus
from clinic import roles
from clinic.actions import tasks
from clinic.words import Urgency
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, PatientFactory, staff

DAY = "2026-03-30"
BOARD = f"/board/?day={DAY}"


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def booked(clinic: Clinic, number: int = 0, *, minutes: int = 0, **fields: object) -> Appointment:
    """A consultation on that Monday, half an hour after the one before."""
    patient = PatientFactory(at=clinic.location, **fields)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION)
    start = FIRST + timedelta(minutes=30 * number + minutes)
    return actions.book(visit=visit, starts_at=start, by=clinic.desk, now=clinic.now)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_board_shows_name_time_status_and_first_visit(desk: Client, clinic: Clinic) -> None:
    booked(clinic, given_name="Zoë", family_name="Müller")
    page = desk.get(BOARD).content.decode()
    for words in ("Zoë Müller", "9:00", "booked", "first visit", "Monday 30 March"):
        assert words in page


def test_board_needs_the_same_few_queries_for_3_and_for_12_appointments(desk: Client, clinic: Clinic) -> None:
    for number in range(2):
        session = clinic.plan(sessions=3).sessions.get(number=1)
        start = FIRST + timedelta(minutes=110 * number)
        actions.book(visit=visit_of(session), starts_at=start, by=clinic.desk, now=clinic.now)
    booked(clinic, 7)
    desk.get(BOARD)
    few = queries(desk, BOARD)
    for number in range(8, 17):
        booked(clinic, number)
    assert (queries(desk, BOARD), few <= 15) == (few, True)


def test_board_by_room_and_device_shows_the_same_appointment(desk: Client, clinic: Clinic) -> None:
    booked(clinic, given_name="Leyla")
    for kind in ("room", "device"):
        assert desk.get(f"{BOARD}&by={kind}").status_code == 200
    assert "Leyla" in desk.get(f"{BOARD}&by=room").content.decode()


def test_markup_in_a_name_stays_text_on_a_card(desk: Client, clinic: Clinic) -> None:
    booked(clinic, given_name="<b>Zoë</b>", family_name='O"Neill & Co')
    page = desk.get(BOARD).content.decode()
    assert "&lt;b&gt;Zoë&lt;/b&gt; O&quot;Neill &amp; Co" in page
    assert "<b>Zoë" not in page


def test_a_card_of_a_series_shows_its_phases_its_ribbon_and_who_works(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan(sessions=3).sessions.get(number=1)
    row = actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    page = desk.get(BOARD).content.decode()
    card = page[page.index(f'id="a{row.pk}-') :].split("</a>")[0]
    assert 'class="appt-phases"' in card
    assert f"<title>{session.plan.title}: series of 3 sessions, 1 booked, 2 open</title>" in card
    assert '<span class="ribbon-count" aria-hidden="true">1/3</span>' in card


def test_a_new_name_is_on_the_next_page_and_in_the_next_look(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic, given_name="Leyla", alert="")
    tag = desk.get(BOARD).context["tag"]
    row.patient.given_name = "Noor"
    row.patient.save()
    look = desk.get(f"{BOARD}&seen={tag}", HTTP_HX_TARGET="board-body")
    assert (look.status_code, "Noor" in look.content.decode()) == (200, True)
    assert "Leyla" not in desk.get(BOARD).content.decode()


def test_poll_answers_304_until_something_changes(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic)
    tag = desk.get(BOARD).context["tag"]
    poll = {"HTTP_HX_TARGET": "board-body"}
    assert desk.get(f"{BOARD}&seen={tag}", **poll).status_code == 304  # type: ignore[arg-type]
    actions.confirm(appointment=row, by=clinic.desk, now=clinic.now)
    answer = desk.get(f"{BOARD}&seen={tag}", **poll)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_nonsense_in_the_address_shows_today(desk: Client, clinic: Clinic) -> None:
    answer = desk.get("/board/?day=2026-99-99&by=spaceship&zoom=7")
    assert (answer.status_code, answer.context["day"], answer.context["zoom"]) == (
        200,
        clinic.now.date(),
        15,
    )


def test_board_stays_small(desk: Client, clinic: Clinic) -> None:
    for number in range(12):
        booked(clinic, number)
    page = desk.get(BOARD).content
    assert len(gzip.compress(page)) < 20_000


def test_board_of_a_place_without_anything_says_so(client: Client, clinic: Clinic) -> None:
    client.force_login(staff(at=LocationFactory()))
    assert "Nothing to show here" in client.get("/board/").content.decode()


def test_somebody_of_another_place_sees_nothing_of_an_appointment(client: Client, clinic: Clinic) -> None:
    row = booked(clinic)
    client.force_login(staff(at=LocationFactory()))
    for path in ("", "move/", "cancel/", "why-not/"):
        assert client.get(f"/appointments/{row.pk}/{path}").status_code == 404
    assert client.post(f"/appointments/{row.pk}/do/arrive/").status_code == 404
    assert Appointment.objects.get().status == AppointmentStatus.BOOKED


def test_day_list_prints_who_comes_without_clinical_text(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    actions.book(visit=visit_of(plan.sessions.get(number=1)), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    page = desk.get(f"/board/list/?day={DAY}").content.decode()
    assert (plan.patient.full_name in page, "1/3" in page, "Room" in page) == (True, True, True)
    assert ("acne" in page.lower(), plan.title in page) == (False, False)


def test_waiting_room_names_who_is_here_and_who_is_late(desk: Client, clinic: Clinic, clock: object) -> None:
    here, late = booked(clinic, given_name="Here"), booked(clinic, 1, given_name="Late")
    clock.move_to(late.starts_at + timedelta(minutes=10))  # type: ignore[attr-defined]
    desk.force_login(clinic.desk)
    actions.arrive(appointment=here, by=clinic.desk, now=late.starts_at)
    page = desk.get("/waiting-room/").content.decode()
    assert page.index("Here ") < page.index("Late ")
    assert "10 min" in page


def test_practitioner_opens_on_the_own_day(client: Client, clinic: Clinic) -> None:
    person = staff(roles.PRACTITIONER, at=clinic.location)
    client.force_login(person)
    booked(clinic, given_name="Leyla")
    page = client.get(f"/my-day/?day={DAY}&who={clinic.weiss}").content.decode()
    assert ("Leyla" in page, "Dr. Weiss" in page) == (True, True)


def test_my_day_names_tasks_that_wait(client: Client, clinic: Clinic) -> None:
    client.force_login(staff(roles.PRACTITIONER, at=clinic.location))
    row = booked(clinic)
    tasks.open_task(
        kind="call",
        location=clinic.location,
        patient=row.patient,
        owner=None,
        urgency=Urgency.NEXT_DAY,
        is_clinical=False,
        sentence="No answer to a recovery check.",
        subject_type="x",
        subject_id=1,
        dedupe_key="x:1",
        now=clinic.now,
    )
    assert "No answer to a recovery check." in client.get("/my-day/").content.decode()


def test_week_shows_the_days_of_one_practitioner(desk: Client, clinic: Clinic) -> None:
    booked(clinic, given_name="Leyla")
    answer = desk.get(f"{BOARD}&view=week&who={clinic.weiss}")
    columns = answer.context["board"].columns
    assert [column.day.isoformat() for column in columns][::6] == ["2026-03-30", "2026-04-05"]
    assert [len(column.cards) for column in columns] == [1, 0, 0, 0, 0, 0, 0]
    assert {column.scale.rows for column in columns} == {answer.context["board"].rows}


def test_week_of_the_clock_change_keeps_every_hour_in_its_row(desk: Client, clinic: Clinic) -> None:
    answer = desk.get(f"/board/?day=2026-03-26&view=week&who={clinic.weiss}")
    starts = {
        column.scale.start.astimezone(clinic.location.tz).time() for column in answer.context["board"].columns
    }
    assert len(starts) == 1


def test_week_of_nobody_known_shows_the_first(desk: Client, clinic: Clinic) -> None:
    assert desk.get(f"{BOARD}&view=week&who=nobody").context["board"].who.pk == clinic.weiss


def test_list_offers_the_next_step_beside_each_name(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic, given_name="<b>Leyla</b>", phone="+4917612345678")
    answer = desk.get(f"{BOARD}&view=list")
    (line,) = answer.context["lines"]
    for part in (
        "&lt;b&gt;Leyla&lt;/b&gt;",
        "9:00–9:30",
        '<a href="tel:+4917612345678">+49 176 12345678</a>',
        f'action="/appointments/{row.pk}/do/confirm/"',
        "Confirmed by phone",
    ):
        assert part in line


def test_views_need_few_queries_too(desk: Client, clinic: Clinic) -> None:
    booked(clinic)
    for view in ("week", "list"):
        desk.get(f"{BOARD}&view={view}")
        assert queries(desk, f"{BOARD}&view={view}") <= 15


def test_poll_brings_the_column_beside_too(desk: Client, clinic: Clinic) -> None:
    booked(clinic)
    page = desk.get(BOARD, HTTP_HX_TARGET="board-body").content.decode()
    assert ('id="feeds"' in page, "hx-swap-oob" in page, "<html" in page) == (True, True, False)


def test_what_patients_cancelled_is_a_list_with_a_way_on(desk: Client, clinic: Clinic) -> None:
    row = booked(clinic, given_name="Leyla")
    actions.cancel(appointment=row, reason="ill", by=None, now=clinic.now, by_patient=True)
    page = desk.get("/cancelled/").content.decode()
    assert ("Leyla" in page, "Ill" in page, f"/book/{row.patient_id}/" in page) == (True, True, True)


def test_unconfirmed_of_tomorrow_are_calls(desk: Client, clinic: Clinic, clock: object) -> None:
    row = booked(clinic, given_name="Leyla")
    clock.move_to(FIRST - timedelta(days=1))  # type: ignore[attr-defined]
    desk.force_login(clinic.desk)
    assert "Leyla" in desk.get("/unconfirmed/").content.decode()
    told = {"next": "/unconfirmed/", "version": row.version}
    assert desk.post(f"/appointments/{row.pk}/do/confirm/", told)["Location"] == "/unconfirmed/"
    assert "Everybody has said yes" in desk.get("/unconfirmed/?days=x").content.decode()
