"""Moving by page: the difference first, with or without the rest of the series, another length, another room."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.actions import appointments as actions
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.models import Appointment
from bookings.visits import plain_visit
from bookings.words import AppointmentKind
from tests.bookings.conftest import FIRST, Clinic, claims_of
from tests.factories import PatientFactory


@pytest.fixture
def desk(client: Client, clinic: Clinic) -> Client:
    """The front desk, signed in."""
    client.force_login(clinic.desk)
    return client


@pytest.fixture
def series(clinic: Clinic) -> list[Appointment]:
    """A plan of three sessions, booked."""
    plan = clinic.plan(sessions=3)
    chosen = chosen_from(propose_series(plan, now=clinic.now))
    return book_series(plan=plan, chosen=chosen, by=clinic.desk, now=clinic.now)


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """A consultation on that Monday."""
    visit = plain_visit(PatientFactory(at=clinic.location), clinic.location, AppointmentKind.CONSULTATION)
    return actions.book(visit=visit, starts_at=FIRST, by=clinic.desk, now=clinic.now)


def test_the_difference_is_shown_before_anything_moves(desk: Client, row: Appointment) -> None:
    later = FIRST + timedelta(hours=2)
    page = desk.get(f"/appointments/{row.pk}/move/", {"start": later.isoformat()})
    assert (page.context["verdict"], page.context["rest"], page.context["days"]) == ("yes", None, 0)
    row.refresh_from_db()
    assert (row.starts_at, row.version) == (FIRST, 1)


def test_moving_one_late_takes_the_rest_along_or_leaves_it(desk: Client, series: list[Appointment]) -> None:
    second, third = series[1], series[2]
    start = second.starts_at + timedelta(days=21)
    path = f"/appointments/{second.pk}/move/"
    page = desk.get(path, {"start": start.isoformat()})
    assert [change.number for change, _value in page.context["rest_values"]] == [3]
    told = {
        "start": start.isoformat(),
        "version": second.version,
        "rest": "yes",
        "session": [value for _change, value in page.context["rest_values"]],
    }
    desk.post(path, told)
    before = third.starts_at
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.starts_at, second.is_told) == (start, False)
    assert third.starts_at > before


def test_the_rest_that_somebody_else_moved_meanwhile_moves_nothing(
    desk: Client, series: list[Appointment], clinic: Clinic
) -> None:
    second, third = series[1], series[2]
    start = second.starts_at + timedelta(days=21)
    path = f"/appointments/{second.pk}/move/"
    values = [value for _one, value in desk.get(path, {"start": start.isoformat()}).context["rest_values"]]
    actions.confirm(appointment=third, by=clinic.desk, now=clinic.now)
    told = {"start": start.isoformat(), "version": second.version, "rest": "yes", "session": values}
    answer = desk.post(path, told, follow=True)
    assert "Look again before you go on" in answer.content.decode()
    before = second.starts_at
    second.refresh_from_db()
    assert second.starts_at == before


def move_with_the_rest(desk: Client, second: Appointment) -> str:
    """Moves the second session three weeks, the rest with it; gives the address of the undo."""
    start = second.starts_at + timedelta(days=21)
    path = f"/appointments/{second.pk}/move/"
    values = [value for _one, value in desk.get(path, {"start": start.isoformat()}).context["rest_values"]]
    told = {"start": start.isoformat(), "version": second.version, "rest": "yes", "session": values}
    answer = desk.post(path, told, HTTP_HX_REQUEST="true")
    said: str = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    return said


def test_several_moves_are_undone_as_one(desk: Client, series: list[Appointment]) -> None:
    before = [(row.starts_at, row.ends_at, claims_of(row)) for row in series]
    undo = move_with_the_rest(desk, series[1])
    assert [row.starts_at for row in Appointment.objects.order_by("pk")] != [row.starts_at for row in series]
    assert json.loads(desk.post(undo, HTTP_HX_REQUEST="true")["HX-Trigger"])["toast"]["text"] == "Undone."
    rows = list(Appointment.objects.order_by("pk"))
    assert [(row.starts_at, row.ends_at, claims_of(row)) for row in rows] == before


def test_an_undo_of_several_moves_takes_none_back_when_one_has_changed_since(
    desk: Client, series: list[Appointment], clinic: Clinic
) -> None:
    undo = move_with_the_rest(desk, series[1])
    third = Appointment.objects.get(pk=series[2].pk)
    actions.confirm(appointment=third, by=clinic.desk, now=clinic.now)
    moved = list(Appointment.objects.order_by("pk").values_list("starts_at", flat=True))
    answer = desk.post(undo, HTTP_HX_REQUEST="true")
    assert "Look again before you go on" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert list(Appointment.objects.order_by("pk").values_list("starts_at", flat=True)) == moved


def test_a_move_by_page_can_be_undone_from_its_message(desk: Client, row: Appointment) -> None:
    later = (FIRST + timedelta(hours=2)).isoformat()
    page = desk.post(f"/appointments/{row.pk}/move/", {"start": later, "version": 1}, follow=True)
    assert f'action="/appointments/{row.pk}/do/undo/"' in page.content.decode()
    page = desk.post(f"/appointments/{row.pk}/do/undo/", follow=True)
    assert "Undone." in page.content.decode()
    row.refresh_from_db()
    assert row.starts_at == FIRST


def test_nonsense_about_the_rest_moves_only_this_one(desk: Client, series: list[Appointment]) -> None:
    third = series[2]
    start = third.starts_at + timedelta(days=1)
    told = {"start": start.isoformat(), "rest": "yes", "session": ["", "x|y", "9|1|tomorrow|room=z"]}
    desk.post(f"/appointments/{third.pk}/move/", told)
    third.refresh_from_db()
    assert third.starts_at == start


def test_a_length_alone_keeps_the_start(desk: Client, row: Appointment) -> None:
    length = row.ends_at - row.starts_at
    minutes = int(length / timedelta(minutes=1)) + 15
    desk.post(f"/appointments/{row.pk}/move/", {"minutes": minutes, "version": row.version})
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at - row.starts_at) == (FIRST, length + timedelta(minutes=15))


def test_a_treatment_shorter_than_its_protocol_is_refused_with_the_reason(
    desk: Client, series: list[Appointment]
) -> None:
    answer = desk.get(f"/appointments/{series[0].pk}/why-not/", {"minutes": "5"}).content.decode()
    assert ('data-verdict="no"' in answer, "takes at least" in answer) == (True, True)


def test_another_room_at_the_same_time(desk: Client, series: list[Appointment], clinic: Clinic) -> None:
    first = series[0]
    present = set(first.claims.values_list("resource_id", flat=True)) & set(clinic.rooms)
    (other,) = set(clinic.rooms) - present
    told = {"start": first.starts_at.isoformat(), "room": other, "version": first.version}
    desk.post(f"/appointments/{first.pk}/move/", told)
    taken = set(first.claims.values_list("resource_id", flat=True)) & set(clinic.rooms)
    assert taken == {other}


def test_two_exchange_their_times_after_the_difference_was_shown(
    desk: Client, series: list[Appointment], clinic: Clinic
) -> None:
    first = series[0]
    at: dict[str, Any] = {"by": clinic.desk, "now": clinic.now}
    start = first.starts_at + timedelta(days=1)
    other = actions.book(visit=clinic.visit(), starts_at=start, chosen=clinic.chosen(), **at)
    path = f"/appointments/{first.pk}/swap/"
    assert path in desk.get(f"/appointments/{first.pk}/move/").content.decode()
    assert [one.pk for one, _mark in desk.get(path).context["found"]] == [other.pk]
    page = desk.get(path, {"with": other.pk}).context
    assert [(one.pk, then) for one, then, _with in page["pairs"]] == [
        (first.pk, start),
        (other.pk, first.starts_at),
    ]
    told = {"with": other.pk, "version": 1, "other_version": 1}
    actions.confirm(appointment=other, **at)
    stale = desk.post(path, told, follow=True).content.decode()
    assert ("Look again before you go on" in stale, first_start(first)) == (True, first.starts_at)
    desk.post(path, {**told, "other_version": 2})
    assert (first_start(first), first_start(other)) == (start, first.starts_at)
    same = desk.post(path, {"with": series[1].pk}, follow=True).content.decode()
    assert "Sessions of one plan keep their order" in same


def first_start(row: Appointment) -> datetime:
    return Appointment.objects.get(pk=row.pk).starts_at
