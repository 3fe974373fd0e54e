"""The API against its own schema, as each role: no 5xx, no answer that the schema does not know."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from bookings.actions import appointments
from bookings.visits import visit_of
from clinic import roles
from clinic.api.authentication import token_hash
from clinic.models import ApiToken, Location, User
from tests import factories
from tests.bookings.conftest import FIRST, Clinic

#: The suite sends the same few requests each time; `SCHEMA_EXAMPLES=50` sends that many, others every time.
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "5"))
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
NOTHING = "nobody"


def schema_document() -> dict[str, Any]:
    """The published schema, as a client reads it."""
    answer = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    document: dict[str, Any] = json.loads(answer.content)
    return document


@pytest.fixture
def document(db: None) -> dict[str, Any]:
    """The schema for the test's database."""
    return schema_document()


def token_for(user: User, clinic: Clinic) -> str:
    """A token of a user."""
    ApiToken.objects.create(token_hash=token_hash(f"t-{user.pk}"), user=user, created_at=clinic.now)
    return f"t-{user.pk}"


def member(role: str, location: Location) -> User:
    """Somebody who works there in a role."""
    return factories.staff(next(one for one in roles.ROLES.values() if one.code == role), at=location)


@pytest.fixture(params=[*sorted(roles.ROLES), NOTHING])
def token(request: pytest.FixtureRequest, clinic: Clinic) -> str:
    """A token for each role, and a wrong one."""
    session = clinic.plan().sessions.get(number=1)
    appointments.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)
    return NOTHING if request.param == NOTHING else token_for(member(request.param, clinic.location), clinic)


def test_schema_is_openapi_3_1_with_an_example_for_every_answer(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    without = [
        f"{method} {path} {status}"
        for path, methods in document["paths"].items()
        if path.startswith(OURS)
        for method, operation in methods.items()
        for status, answer in operation["responses"].items()
        if status != "304" and not answer["content"]["application/json"].get("examples")
    ]
    assert without == []
    assert [path for path in document["paths"] if not path.startswith(OURS)] == []


OURS = tuple(
    f"/api/v1/{name}/"
    for name in (
        "appointments",
        "availability",
        "explain",
        "plans",
        "patients",
        "closures",
        "waitlist",
        "offers",
    )
)


@pytest.fixture
def program() -> Iterator[Any]:
    """The application as a server calls it, on the test's own connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_every_operation_answers_as_its_schema_says(
    document: dict[str, Any], program: Any, token: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", program)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert {one.path for one in operations} == set(document["paths"])
    asked = [checked(one, {"Authorization": f"Bearer {token}", "If-Match": "*"}) for one in operations]
    assert min(asked) > 0


def checked(operation: Any, headers: dict[str, str]) -> int:
    """Sends generated requests to one operation and compares each answer with the schema; gives how many."""
    sent: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="SCHEMA_EXAMPLES" not in os.environ,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        sent.append(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    answers()
    return len(sent)
