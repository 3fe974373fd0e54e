"""Due, calls, waitlist, closures: the desk's lists and what their buttons do."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.actions import waiting
from bookings.due import Dueness, due_sessions
from bookings.models import Appointment, WaitlistEntry
from bookings.visits import visit_of
from clinic.actions.tasks import open_task
from clinic.models import Closure, Task
from clinic.words import Urgency
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, staff


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def performed(session: Any, on: datetime) -> None:
    """The session took place."""
    session.status, session.performed_at = "completed", on
    session.save()


def call(clinic: Clinic, **fields: Any) -> Task:
    """A call that waits."""
    plan = clinic.plan()
    told = {
        "kind": "call",
        "location": clinic.location,
        "patient": plan.patient,
        "owner": None,
        "urgency": Urgency.NEXT_DAY,
        "is_clinical": False,
        "sentence": "No answer to a recovery check: please call.",
        "subject_type": "recovery_check",
        "subject_id": 1,
        "dedupe_key": "recovery_check:1:silent",
        "now": clinic.now,
    }
    return open_task(**{**told, **fields})


def test_plans_are_due_overdue_or_not_begun_the_worst_first(clinic: Clinic) -> None:
    new, due, overdue = (clinic.plan(sessions=3) for _ in range(3))
    performed(due.sessions.get(number=1), clinic.now - timedelta(days=35))
    performed(overdue.sessions.get(number=1), clinic.now - timedelta(days=120))
    found = [
        (one.plan, one.session.number, one.dueness) for one in due_sessions(clinic.location, now=clinic.now)
    ]
    assert found == [
        (overdue, 2, Dueness.OVERDUE),
        (due, 2, Dueness.DUE),
        (new, 1, Dueness.NEW),
    ]


def test_a_booked_session_is_not_due_and_the_next_waits_for_its_window(clinic: Clinic) -> None:
    session = clinic.plan(sessions=3).sessions.get(number=1)
    actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    assert due_sessions(clinic.location, now=clinic.now) == []


def test_due_list_shows_the_days_over_and_leads_to_the_dates(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    performed(plan.sessions.get(number=1), clinic.now - timedelta(days=120))
    page = desk.get("/due/?show=overdue").content.decode()
    assert (plan.patient.full_name in page, f"/plans/{plan.pk}/dates/" in page) == (True, True)
    assert plan.patient.full_name not in desk.get("/due/?show=due").content.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/due/", "Every session that is due has its date"),
        ("/calls/", "Nobody to call"),
        ("/waitlist/", "Nobody waits"),
        ("/closures/", "Nothing is closed"),
        ("/waiting-room/", "Nobody waits"),
        ("/board/list/", "Nobody is booked on this day."),
        ("/my-day/", "No visits on this day"),
    ],
)
def test_every_list_has_words_for_nothing(client: Client, clinic: Clinic, path: str, words: str) -> None:
    from clinic import roles

    client.force_login(staff(roles.PRACTITIONER, at=clinic.location))
    assert words in client.get(path).content.decode()


def test_a_call_that_reached_somebody_is_done_with_its_outcome(desk: Client, clinic: Clinic) -> None:
    task = call(clinic)
    assert task.patient.full_name in desk.get("/calls/").content.decode()
    desk.post(f"/calls/{task.pk}/reached/", {"outcome": "well", "note": "a bit red"})
    task.refresh_from_db()
    assert (task.status, task.outcome) == ("done", "reached: all is well. a bit red")
    assert "Nobody to call" in desk.get("/calls/").content.decode()


def test_a_call_without_answer_comes_back_tomorrow_at_noon(desk: Client, clinic: Clinic) -> None:
    task = call(clinic)
    desk.post(f"/calls/{task.pk}/no-answer/")
    task.refresh_from_db()
    again = Task.objects.waiting().get()
    assert (task.status, task.outcome) == ("done", "no answer")
    assert (again.sentence, again.due_at) == (task.sentence, datetime(2026, 3, 4, 11, tzinfo=UTC))


def test_an_overdue_session_is_called_about_once_a_day(desk: Client, clinic: Clinic) -> None:
    plan = clinic.plan(sessions=2)
    performed(plan.sessions.get(number=1), clinic.now - timedelta(days=120))
    session = plan.sessions.get(number=2)
    assert len(desk.get("/calls/").context["calls"].overdue) == 1
    for _ in range(2):
        desk.post(f"/sessions/{session.pk}/no-answer/")
    shown = desk.get("/calls/").context["calls"]
    assert ([task.kind for task in shown.tasks], shown.overdue) == (["call-overdue"], [])


def test_calls_of_other_places_are_neither_shown_nor_settled(client: Client, clinic: Clinic) -> None:
    task = call(clinic)
    client.force_login(staff(at=LocationFactory()))
    assert "Nobody to call" in client.get("/calls/").content.decode()
    assert client.post(f"/calls/{task.pk}/reached/").status_code == 404


def test_somebody_is_put_on_the_waitlist_and_taken_off(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan().sessions.get(number=1)
    path = f"/sessions/{session.pk}/waitlist/"
    told = {"from_on": "2026-03-04", "until_on": "2026-03-20", "parts": ["morning"], "weekdays": ["1"]}
    assert desk.post(path, told)["Location"] == "/waitlist/"
    entry = WaitlistEntry.objects.get()
    assert (entry.from_on, entry.until_on) == (date(2026, 3, 4), date(2026, 3, 20))
    page = desk.get("/waitlist/").content.decode()
    assert ("mornings, Tuesday" in page, session.plan.patient.full_name in page) == (True, True)
    desk.post(f"/waitlist/{entry.pk}/withdraw/")
    assert "Nobody waits" in desk.get("/waitlist/").content.decode()


def test_the_list_begins_with_the_overdue_as_offering_does(desk: Client, clinic: Clinic) -> None:
    early, late = clinic.plan(), clinic.plan()
    performed(late.sessions.get(number=1), clinic.now - timedelta(days=45))  # the window closed after 42 days
    days: dict[str, Any] = {"from_on": date(2026, 3, 4), "until_on": date(2026, 3, 20), "by": clinic.desk}
    for minute, (plan, number) in enumerate(((early, 1), (late, 2))):
        session = plan.sessions.get(number=number)
        waiting.add(session=session, now=clinic.now + timedelta(minutes=minute), **days)
    page = desk.get("/waitlist/").content.decode()
    assert page.count("3 days over") == 1
    assert (
        page.index(late.patient.full_name) < page.index("3 days over") < page.index(early.patient.full_name)
    )


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"from_on": "2026-03-20", "until_on": "2026-03-04"}, "The last day comes after the first."),
        ({"from_on": "", "until_on": "2026-03-04"}, "This field is required."),
    ],
)
def test_a_wrong_wish_keeps_what_was_typed(
    desk: Client, clinic: Clinic, told: dict[str, str], sentence: str
) -> None:
    session = clinic.plan().sessions.get(number=1)
    answer = desk.post(f"/sessions/{session.pk}/waitlist/", told)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, 'value="2026-03-04"' in page) == (422, True, True)
    assert WaitlistEntry.objects.count() == 0


def test_an_offer_is_made_from_the_list_and_accepted_on_the_phone(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan().sessions.get(number=1)
    entry = waiting.add(
        session=session,
        from_on=date(2026, 3, 4),
        until_on=date(2026, 3, 20),
        by=clinic.desk,
        now=clinic.now,
    )
    desk.post(f"/waitlist/{entry.pk}/offer/")
    page = desk.get("/waitlist/").content.decode()
    assert ("held until" in page, "would come earlier" in page) == (True, False)
    desk.post(f"/waitlist/{entry.pk}/answer/accept/")
    entry.refresh_from_db()
    assert (entry.status, Appointment.objects.get().status) == ("booked", "booked")


def test_a_closure_shows_whom_it_touches_before_it_is_made(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan(sessions=1).sessions.get()
    actions.book(
        visit=visit_of(session), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    told = {"resource": str(clinic.weiss), "kind": "leave", "from_on": "2026-03-30", "label": "Conference"}
    answer = desk.post("/closures/", told)
    page = answer.content.decode()
    assert (answer.status_code, session.plan.patient.full_name in page) == (422, True)
    assert (Closure.objects.count(), 'value="Conference"' in page) == (0, True)
    made = desk.post("/closures/", told | {"sure": "yes"})
    closure = Closure.objects.get()
    assert made["Location"] == f"/closures/{closure.pk}/"
    assert (closure.starts_at, closure.ends_at) == (
        datetime(2026, 3, 29, 22, tzinfo=UTC),
        datetime(2026, 3, 30, 22, tzinfo=UTC),
    )
    assert session.plan.patient.full_name in desk.get(made["Location"]).content.decode()


def test_a_closure_moves_all_inside_with_one_press_and_is_lifted(desk: Client, clinic: Clinic) -> None:
    session = clinic.plan(sessions=1).sessions.get()
    row = actions.book(
        visit=visit_of(session), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    told = {"kind": "closed-day", "from_on": "2026-03-30", "sure": "yes"}
    path = desk.post("/closures/", told)["Location"]
    desk.post(f"{path}accept/")
    row.refresh_from_db()
    assert row.starts_at.date() != FIRST.date()
    assert "Nobody is inside" in desk.get(path).content.decode()
    desk.post(f"{path}lift/")
    assert "Nothing is closed" in desk.get("/closures/").content.decode()


def test_a_closure_that_ends_before_it_begins_is_refused_in_words(desk: Client, clinic: Clinic) -> None:
    answer = desk.post("/closures/", {"kind": "leave", "from_on": "2026-03-30", "until_on": "2026-03-28"})
    assert (answer.status_code, "A closure ends after it begins." in answer.content.decode()) == (422, True)
