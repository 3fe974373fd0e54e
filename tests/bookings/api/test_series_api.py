"""The API of availability, series, closures and the waitlist."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.models import Appointment
from clinic.models import AccessLog, Closure
from tests import factories
from tests.bookings.api.test_appointments_api import Api, wanted
from tests.bookings.conftest import FIRST, Clinic


@pytest.fixture
def api(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Api:
    """The front desk's programs."""
    return Api(clinic.desk, capsys)


def test_every_offered_start_can_be_booked(clinic: Clinic, api: Api) -> None:
    session = clinic.plan().sessions.get(number=1)
    found = api.get(
        "availability/", {"session": session.pk, "first_day": "2026-03-30", "days": 1, "part": "morning"}
    ).json()
    starts = [slot["starts_at"] for slot in found["slots"]]
    assert (starts[0], starts[-1], found["is_cut"]) == (
        "2026-03-30T09:00:00+02:00",
        "2026-03-30T11:45:00+02:00",
        False,
    )
    slot = found["slots"][-1]
    answer = api.post(
        "appointments/",
        {"session": session.pk, "starts_at": slot["starts_at"], "assignment": slot["assignment"]},
    )
    assert answer.status_code == 201


def test_explanation_names_who_is_taken_and_until_when(clinic: Clinic, api: Api) -> None:
    api.post("appointments/", wanted(clinic))
    session = clinic.plan().sessions.get(number=1)
    found = api.get("explain/", {"session": session.pk, "starts_at": FIRST.isoformat()}).json()
    assert found["is_possible"] is False
    assert "Dr. Weiss is taken until Mon 30 Mar 09:20." in [one["sentence"] for one in found["problems"]]


def test_series_is_proposed_booked_and_reflowed(clinic: Clinic, api: Api) -> None:
    plan = clinic.plan()
    proposal = api.post(f"plans/{plan.pk}/propose/").json()
    assert proposal["is_bookable"] is True
    times = [
        {
            "number": one["number"],
            "starts_at": one["slot"]["starts_at"],
            "assignment": one["slot"]["assignment"],
        }
        for one in proposal["sessions"]
    ]
    booked = api.post(f"plans/{plan.pk}/book/", {"sessions": times}, Idempotency_Key="series")
    again = api.post(f"plans/{plan.pk}/book/", {"sessions": times}, Idempotency_Key="series")
    assert (booked.status_code, len(booked.json()), again.json() == booked.json()) == (201, 4, True)
    second = booked.json()[1]
    later = (FIRST.fromisoformat(second["starts_at"]) + timedelta(days=2)).isoformat()
    api.post(f"appointments/{second['id']}/move/", {"starts_at": later}, If_Match='"1"')
    reflow = api.post(f"plans/{plan.pk}/propose-reflow/", {"kept": [2]}).json()
    assert ([one["number"] for one in reflow["changes"]], reflow["moves"]) == ([3, 4], 2)
    changes = [
        {
            "number": one["number"],
            "starts_at": one["slot"]["starts_at"],
            "assignment": one["slot"]["assignment"],
            "version": one["version"],
        }
        for one in reflow["changes"]
    ]
    accepted = api.post(f"plans/{plan.pk}/accept-reflow/", {"sessions": changes})
    assert (accepted.status_code, [one["version"] for one in accepted.json()]) == (201, [2, 2])
    stale = api.post(f"plans/{plan.pk}/accept-reflow/", {"sessions": changes})
    assert stale.status_code == 412


def test_series_with_one_taken_time_is_refused_whole(clinic: Clinic, api: Api) -> None:
    plan = clinic.plan()
    times = [
        {
            "number": one["number"],
            "starts_at": one["slot"]["starts_at"],
            "assignment": one["slot"]["assignment"],
        }
        for one in api.post(f"plans/{plan.pk}/propose/").json()["sessions"]
    ]
    api.post(
        "appointments/",
        wanted(clinic, starts_at=times[0]["starts_at"], assignment=times[0]["assignment"]),
    )
    answer = api.post(f"plans/{plan.pk}/book/", {"sessions": times})
    assert (answer.status_code, Appointment.objects.count()) == (409, 1)


def test_closure_lists_who_is_inside_and_what_could_be_done(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    leave = {
        "location": clinic.location.pk,
        "resource": clinic.weiss,
        "kind": "leave",
        "starts_at": FIRST.isoformat(),
        "ends_at": (FIRST + timedelta(hours=10)).isoformat(),
    }
    closed, again = (api.post("closures/", leave, Idempotency_Key="leave") for _time in range(2))
    assert (again["Idempotent-Replay"], again.json()["id"], Closure.objects.count()) == (
        "true",
        closed.json()["id"],
        1,
    )
    assert (closed.status_code, closed.json()["inside"]) == (201, [made["id"]])
    impact = api.get(f"closures/{closed.json()['id']}/impact/").json()
    assert [one["appointment"] for one in impact["proposals"][0]["changes"]] == [made["id"]]
    lifted = api.post(f"closures/{closed.json()['id']}/lift/").json()
    assert lifted["lifted_at"] is not None


def test_waitlist_takes_a_session_once(clinic: Clinic, api: Api) -> None:
    session = clinic.plan().sessions.get(number=1)
    body = {"session": session.pk, "from_on": "2026-03-20", "until_on": "2026-04-10"}
    made = api.post("waitlist/", body)
    assert (made.status_code, made.json()["status"]) == (201, "waiting")
    assert api.post("waitlist/", body).json()["code"] == "already_waiting"
    assert api.post(f"waitlist/{made.json()['id']}/withdraw/").json()["status"] == "withdrawn"


def test_reading_a_patient_is_logged(clinic: Clinic, api: Api) -> None:
    patient = factories.PatientFactory(at=clinic.location)
    found = api.get(f"patients/{patient.pk}/").json()
    assert found["name"] == patient.full_name
    assert list(AccessLog.objects.values_list("user", "patient")) == [(clinic.desk.pk, patient.pk)]


def test_plan_shows_its_windows(clinic: Clinic, api: Api) -> None:
    plan = clinic.plan()
    found = api.get(f"plans/{plan.pk}/").json()
    assert (found["sessions_left"], [one["number"] for one in found["sessions"]]) == (4, [1, 2, 3, 4])
