"""The API of appointments: shapes, refusals, versions, keys, and nobody sees another place's patients."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Appointment
from clinic.messaging.consent import reach
from clinic.models import ApiToken, IdempotencyKey, Patient, User
from tests import factories
from tests.bookings.conftest import FIRST, Clinic

HOUR = timedelta(hours=1)


class Api:
    """A client with a bearer token."""

    def __init__(self, user: User, capsys: Any) -> None:
        call_command("create_api_token", user.email)
        self.token = capsys.readouterr().out.strip()
        self.client = Client()

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", query or {}, headers=self._headers(headers))

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers=self._headers(headers),
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in more.items()
        }


@pytest.fixture
def api(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Api:
    """The front desk's programs."""
    return Api(clinic.desk, capsys)


def wanted(clinic: Clinic, **fields: Any) -> dict[str, Any]:
    session = clinic.plan().sessions.get(number=1)
    return {"session": session.pk, "starts_at": FIRST.isoformat(), "assignment": clinic.chosen(), **fields}


def test_booking_answers_with_the_appointment_and_its_resources(clinic: Clinic, api: Api) -> None:
    answer = api.post("appointments/", wanted(clinic))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["version"]) == ("booked", 1)
    assert body["starts_at"] == "2026-03-30T09:00:00+02:00"
    assert [(one["role"], one["name"]) for one in body["resources"]] == [
        ("device", "Pen A"),
        ("practitioner", "Dr. Weiss"),
        ("practitioner", "Dr. Weiss"),
        ("room", "Room 1"),
    ]
    assert Appointment.objects.get().created_by == clinic.desk


def test_history_of_a_booking_says_who_asked_and_by_which_request(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    rows = [
        *apps.get_model("bookings", "AppointmentHistory").objects.filter(pgh_obj_id=made["id"]),
        *apps.get_model("bookings", "ClaimHistory").objects.filter(appointment_id=made["id"]),
    ]
    told = [
        (row.pgh_label, row.pgh_context.metadata["user"], row.pgh_context.metadata["path"]) for row in rows
    ]
    assert told == [("insert", clinic.desk.pk, "/api/v1/appointments/")] * 5


def test_booking_is_one_statement_that_reads_and_one_that_writes(clinic: Clinic, api: Api) -> None:
    assert api.post("appointments/", wanted(clinic)).status_code == 201
    body = wanted(clinic, starts_at=(FIRST + 3 * HOUR).isoformat())
    with CaptureQueriesContext(connection) as captured:
        answer = api.post("appointments/", body, Idempotency_Key="once")
    assert answer.status_code == 201
    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert (len(asked), "INSERT" in asked[0], "INSERT" in asked[1]) == (2, False, True), "\n".join(asked)


def test_what_a_refused_request_has_read_ahead_is_for_nobody(clinic: Clinic, api: Api) -> None:
    body = wanted(clinic, starts_at="never")
    assert api.post("appointments/", body).status_code == 400
    patient = Patient.objects.get(plans__sessions=body["session"])
    patient.phone = "+4915112345678"
    patient.save()
    assert reach(patient).address("sms") == "+4915112345678"


@pytest.mark.parametrize("body", ["{", '["session"]', '{"session": "x", "assignment": {"room": 1}}'])
def test_stranger_is_asked_who_they_are_before_their_body_is_judged(clinic: Clinic, body: str) -> None:
    answer = Client().post("/api/v1/appointments/", body, content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", ["{", '["session"]', '{"session": 5, "assignment": {"room": 99999999999999999999}}']
)
def test_body_that_makes_no_sense_is_400(clinic: Clinic, api: Api, body: str) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = Client().post("/api/v1/appointments/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("depth", [200, 300, 2000])
def test_body_that_is_nested_deeply_is_answered(clinic: Clinic, api: Api, depth: int) -> None:
    body = json.dumps(wanted(clinic))[:-1] + ', "more": ' + "[" * depth + "]" * depth + "}"
    headers = {"Authorization": f"Bearer {api.token}", "Idempotency-Key": "deep"}
    answer = Client().post("/api/v1/appointments/", body, content_type="application/json", headers=headers)
    assert answer.status_code == (201 if depth == 200 else 400)


def test_second_writer_is_told_and_offered_other_times(clinic: Clinic, api: Api) -> None:
    api.post("appointments/", wanted(clinic))
    answer = api.post("appointments/", wanted(clinic))
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    body = answer.json()
    assert (body["code"], body["status"], len(body["next_free"])) == ("taken", 409, 3)
    again = api.post(
        "appointments/", wanted(clinic, **{k: body["next_free"][0][k] for k in ("starts_at", "assignment")})
    )
    assert again.status_code == 201


def test_rules_are_listed_with_their_dates(clinic: Clinic, api: Api) -> None:
    plan = clinic.plan()
    first, second = plan.sessions.filter(number__in=[1, 2]).order_by("number")
    api.post("appointments/", wanted(clinic, session=first.pk))
    answer = api.post(
        "appointments/", wanted(clinic, session=second.pk, starts_at=(FIRST + 7 * 24 * HOUR).isoformat())
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "rules")
    assert ("too_soon", "2026-04-26T22:00:00+00:00") in {
        (one["code"], one["possible_from"]) for one in answer.json()["problems"]
    }


def test_same_key_books_once_and_another_request_under_it_is_refused(clinic: Clinic, api: Api) -> None:
    body = wanted(clinic)
    first = api.post("appointments/", body, Idempotency_Key="a-1")
    second = api.post("appointments/", body, Idempotency_Key="a-1")
    other = api.post("appointments/", {**body, "note": "x"}, Idempotency_Key="a-1")
    assert [first.status_code, second.status_code, other.status_code] == [201, 201, 422]
    assert second.json() == first.json()
    assert (second["Idempotent-Replay"], other.json()["code"]) == ("true", "idempotency_key_reused")
    assert Appointment.objects.count() == 1


def test_a_key_in_use_stops_a_request_that_nothing_else_stops(clinic: Clinic, api: Api) -> None:
    later = (FIRST + 4 * HOUR).isoformat()
    assert api.post("appointments/", wanted(clinic), Idempotency_Key="a-1").status_code == 201
    other = api.post("appointments/", wanted(clinic, starts_at=later), Idempotency_Key="a-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (Appointment.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_key_that_was_kept_for_a_day_is_free_again(clinic: Clinic, api: Api) -> None:
    later = (FIRST + 4 * HOUR).isoformat()
    first = api.post("appointments/", wanted(clinic), Idempotency_Key="a-1").json()
    IdempotencyKey.objects.update(created_at=clinic.now - 24 * HOUR)
    second = api.post("appointments/", wanted(clinic, starts_at=later), Idempotency_Key="a-1")
    assert (second.status_code, "Idempotent-Replay" in second) == (201, False)
    assert IdempotencyKey.objects.get().result_ids == [second.json()["id"]] != [first["id"]]


def test_refused_request_does_not_use_its_key_up(clinic: Clinic, api: Api) -> None:
    blocking = api.post("appointments/", wanted(clinic)).json()
    body = wanted(clinic)
    assert api.post("appointments/", body, Idempotency_Key="b").status_code == 409
    api.post(f"appointments/{blocking['id']}/cancel/", {"reason": "time"}, If_Match='"1"')
    assert api.post("appointments/", body, Idempotency_Key="b").status_code == 201


def test_change_needs_the_version_that_was_seen(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    path, body = f"appointments/{made['id']}/move/", {"starts_at": (FIRST + HOUR).isoformat()}
    assert api.post(path, body).status_code == 428
    moved = api.post(path, body, If_Match='"1"')
    assert (moved.status_code, moved["ETag"], moved.json()["version"]) == (200, '"2"', 2)
    stale = api.post(path, body, If_Match='"1"')
    assert stale.status_code == 412
    assert "Anna Berg" in stale.json()["title"]


def test_reading_again_costs_nothing_while_nothing_changed(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    answer = api.get(f"appointments/{made['id']}/")
    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    assert api.get(f"appointments/{made['id']}/", If_None_Match='"1"').status_code == 304


def test_the_day_by_verbs(clinic: Clinic, api: Api, clock: Any) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    path = f"appointments/{made['id']}"
    assert api.post(f"{path}/confirm/", If_Match='"1"').json()["confirmed_at"] is not None
    assert api.post(f"{path}/arrive/", If_Match='"2"').status_code == 422
    clock.move_to(FIRST)
    assert api.post(f"{path}/arrive/", If_Match='"2"').json()["status"] == "arrived"
    assert api.post(f"{path}/start/", If_Match='"3"').status_code == 403
    assert api.post(f"{path}/undo/", If_Match='"3"').json()["status"] == "booked"
    clock.move_to(FIRST + HOUR)
    assert api.post(f"{path}/noshow/", If_Match='"4"').json()["status"] == "noshow"


def test_hold_and_its_confirmation(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/hold/", wanted(clinic)).json()
    assert (made["status"], made["held_until"]) == ("held", "2026-03-03T10:10:00+01:00")
    answer = api.post(f"appointments/{made['id']}/confirm-hold/", If_Match='"1"')
    assert (answer.json()["status"], answer.json()["version"]) == ("booked", 2)


def test_stranger_does_not_learn_that_an_appointment_exists(
    clinic: Clinic, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    chidi = Api(factories.staff(at=factories.LocationFactory(), name="Chidi Obi"), capsys)
    assert chidi.get(f"appointments/{made['id']}/").status_code == 404
    assert chidi.get("appointments/").json()["results"] == []
    assert (
        chidi.post(f"appointments/{made['id']}/cancel/", {"reason": "ill"}, If_Match="*").status_code == 404
    )
    assert chidi.post("appointments/", wanted(clinic)).status_code == 400
    assert chidi.get("patients/").json()["results"] == []
    assert chidi.get("plans/").json()["results"] == []


def test_wrong_or_revoked_token_is_401(clinic: Clinic, api: Api) -> None:
    assert Client().get("/api/v1/appointments/").status_code == 401
    ApiToken.objects.update(revoked_at=clinic.now)
    assert api.get("appointments/").status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2026-03-30T09:00:00"),
        ("starts_at", "2026-03-30T09:01:00Z"),
        ("starts_at", "9999-12-31T23:55:00Z"),
        ("session", 10**30),
        ("assignment", {"room": 0}),
        ("note", "\x00"),
    ],
)
def test_wrong_shape_names_the_field(clinic: Clinic, api: Api, field: str, value: Any) -> None:
    answer = api.post("appointments/", wanted(clinic, **{field: value}))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_change_by_token_carries_the_users_name_in_the_history(clinic: Clinic, api: Api) -> None:
    api.post("appointments/", wanted(clinic))
    row = Appointment.pgh_event_model.objects.select_related("pgh_context").get()  # type: ignore[attr-defined]
    assert row.pgh_context.metadata["user"] == clinic.desk.pk


def test_walk_in_is_booked_for_the_next_mark_and_has_arrived(clinic: Clinic, api: Api, clock: Any) -> None:
    clock.move_to(FIRST + timedelta(minutes=2))
    session = clinic.plan().sessions.get(number=1)
    answer = api.post("appointments/walk-in/", {"session": session.pk, "note": "no appointment"})
    assert (answer.status_code, answer.json()["status"]) == (201, "arrived")
    assert answer.json()["starts_at"] == "2026-03-30T09:05:00+02:00"


def test_two_appointments_exchange_their_times_or_neither_moves(clinic: Clinic, api: Api) -> None:
    one = api.post("appointments/", wanted(clinic)).json()
    other = api.post("appointments/", wanted(clinic, starts_at=(FIRST + 2 * HOUR).isoformat())).json()
    path = f"appointments/{one['id']}/swap/"
    assert api.post(path, {"other": other["id"]}).status_code == 428
    stale = api.post(path, {"other": other["id"], "other_version": 7}, If_Match='"1"')
    assert stale.status_code == 412
    swapped = api.post(path, {"other": other["id"], "other_version": 1}, If_Match='"1"')
    assert [row["starts_at"] for row in swapped.json()] == [other["starts_at"], one["starts_at"]]
    assert api.post(path, {"other": one["id"]}, If_Match="*").json()["code"] == "same"


def test_what_should_never_have_been_keeps_its_reason(clinic: Clinic, api: Api) -> None:
    made = api.post("appointments/", wanted(clinic)).json()
    path = f"appointments/{made['id']}/entered-in-error/"
    answer = api.post(path, {"reason": "typed twice"}, If_Match='"1"')
    assert (answer.json()["status"], answer.json()["resources"]) == ("entered-in-error", [])
    last = Appointment.objects.get(pk=made["id"]).status_changes.order_by("id").last()
    assert last is not None
    assert last.reason == "typed twice"


def test_somebody_faster_is_told_with_other_times_for_every_verb(clinic: Clinic, api: Api) -> None:
    one = api.post("appointments/", wanted(clinic)).json()
    api.post(f"appointments/{one['id']}/cancel/", {"reason": "time"}, If_Match='"1"')
    api.post("appointments/", wanted(clinic))
    undone = api.post(f"appointments/{one['id']}/undo/", If_Match='"2"')
    assert (undone.status_code, len(undone.json()["next_free"])) == (409, 3)
