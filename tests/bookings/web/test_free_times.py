"""Gaps on the board that somebody who waits or is due could take, and the page that offers them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.actions import appointments as actions
from bookings.actions import waiting
from bookings.models import Appointment, WaitlistEntry
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from tests.bookings.conftest import Clinic
from tests.factories import PatientFactory

#: A Wednesday eight days after the clinic's morning, 9:00 in Berlin.
NINE = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
FREE = "/board/free/?day=2026-03-11"


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


def busy(clinic: Clinic, start: datetime, minutes: int) -> Appointment:
    """Dr. Weiss talks to somebody."""
    patient = PatientFactory(at=clinic.location)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION, minutes=minutes)
    return actions.book(visit=visit, starts_at=start, by=clinic.desk, now=clinic.now)


def overdue(clinic: Clinic) -> Any:
    """The second session of a plan whose due window is over."""
    plan = clinic.plan(sessions=3)
    first = plan.sessions.get(number=1)
    first.status, first.performed_at = "completed", clinic.now - timedelta(days=60)
    first.save()
    return plan.sessions.get(number=2)


def waits(clinic: Clinic, **wishes: frozenset[Any]) -> WaitlistEntry:
    """A wish for a time in the two weeks after the clinic's morning."""
    return waiting.add(
        session=clinic.plan(sessions=3).sessions.get(number=1),
        from_on=date(2026, 3, 4),
        until_on=date(2026, 3, 17),
        by=clinic.desk,
        now=clinic.now,
        **wishes,
    )


def one_gap(clinic: Clinic) -> None:
    """Dr. Weiss is free from 11:00 to 13:00 only."""
    busy(clinic, NINE, 120)
    busy(clinic, NINE + timedelta(hours=4), 300)


def test_a_gap_says_how_many_could_come_and_leads_to_them(desk: Client, clinic: Clinic) -> None:
    one_gap(clinic)
    session, entry = overdue(clinic), waits(clinic)
    found = desk.get(FREE).json()
    assert [(one["resource"], one["text"], one["hint"]) for one in found["times"]] == [
        (clinic.weiss, "Free: 2 could come", "11:00, offer it")
    ]
    assert found["said"] == "1 gap fits a due session"
    page = desk.get(found["times"][0]["url"]).content.decode()
    assert page.index(entry.patient.full_name) < page.index(session.plan.patient.full_name)
    assert (
        f"for=session-{session.pk}&amp;day=2026-03-11&amp;time=11%3A00&amp;practitioner={clinic.weiss}"
        in page
    )


def test_an_open_day_is_no_gap_and_nor_is_one_that_nobody_fits(desk: Client, clinic: Clinic) -> None:
    entry = waits(clinic)
    assert desk.get(FREE).json() == {"said": "", "times": []}
    waiting.withdraw(entry=entry, by=clinic.desk, now=clinic.now)
    one_gap(clinic)
    assert desk.get(FREE).json() == {"said": "", "times": []}


def test_only_those_are_counted_whose_wishes_contain_the_gap(desk: Client, clinic: Clinic) -> None:
    one_gap(clinic)
    waits(clinic, parts=frozenset({"evening"}))
    waits(clinic, weekdays=frozenset({0}))
    assert desk.get(FREE).json()["times"] == []
    entry = waits(clinic, parts=frozenset({"morning"}), weekdays=frozenset({2}))
    (found,) = desk.get(FREE).json()["times"]
    assert found["text"] == "Free: 1 could come"
    assert entry.patient.full_name in desk.get(found["url"]).content.decode()


def test_offering_a_gap_holds_it_with_the_one_whose_time_it_is(desk: Client, clinic: Clinic) -> None:
    one_gap(clinic)
    entry = waits(clinic)
    url = desk.get(FREE).json()["times"][0]["url"]
    answer = desk.post(url, {"entry": entry.pk}, follow=True)
    assert "and held. The message leaves now." in answer.content.decode()
    offer = entry.offers.get()
    assert set(offer.hold.claims.values_list("resource__kind", "resource")) >= {
        ("practitioner", clinic.weiss)
    }
    assert desk.get(FREE).json()["times"] == []
    again = desk.post(url, {"entry": entry.pk}, follow=True)
    assert "Somebody was faster" in again.content.decode()


def test_people_of_elsewhere_are_not_named(desk: Client, clinic: Clinic) -> None:
    one_gap(clinic)
    assert desk.get("/free/99999/?at=2026-03-11T10:00:00%2B00:00").status_code == 404
    assert desk.get(f"/free/{clinic.weiss}/?at=nonsense").status_code == 200


def test_more_appointments_cost_no_more_queries(desk: Client, clinic: Clinic) -> None:
    waits(clinic)
    one_gap(clinic)
    queries(desk)
    few = queries(desk)
    for minutes in range(0, 60, 15):
        busy(clinic, NINE + timedelta(days=1, minutes=minutes), 15)
    assert queries(desk) == few


def queries(desk: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(desk.get(FREE).json()["times"]) == 1
    return len(captured)
