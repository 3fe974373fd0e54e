"""P7 and P6 over every address there is: each role, its own place and another, and no GET that writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from clinic import roles
from clinic.models import Location, User
from tests.factories import LocationFactory, MembershipFactory, UserFactory, staff
from tests.permissions.routes import API, LINKED, PUBLIC, SIGNED, STAFF, Route
from tests.permissions.story import NAME, SECRET, everything

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: Pages of libraries, which know no patients: signing in, and the operator's room (superusers only).
LIBRARIES = ("account_", "mfa_", "socialaccount_", "usersessions_", "reauthenticate")
#: What a GET may note: who looked, the session of the login, and the author of what might follow.
NOTED = ("clinic_accesslog", "django_session", "pghistory", "account_", "usersessions_")
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
ALLOWED = {200, 204, 302, 303, 304, 400, 405, 409, 412, 422, 428}


class Company:
    """Everybody who could ask, and one of everything to ask about."""

    def __init__(self) -> None:
        self.clinic, self.keys = everything()
        there = LocationFactory(name="Elsewhere")
        self.here = {role: client_of(staff(role, at=self.clinic.location)) for role in roles.ROLES.values()}
        self.stranger = client_of(with_every_role(there))
        self.unplaced = client_of(UserFactory())
        self.nobody = Client()

    def address(self, name: str, route: Route) -> str:
        key = {"pk": self.keys[route.about]} if route.about else {}
        return reverse(name, kwargs={**key, **route.more})

    def asks(self, client: Client, name: str, route: Route) -> Any:
        """The answer; what it changed is undone."""
        address, sent = self.address(name, route), {**route.body}
        if route.sends:
            sent[route.sends] = self.keys[route.sends]
        with transaction.atomic():
            try:
                if not route.post:
                    return client.get(address)
                return client.post(
                    address, sent, content_type="application/json" if name in API else MULTIPART_CONTENT
                )
            finally:
                transaction.set_rollback(True)


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def with_every_role(place: Location) -> User:
    """The most that somebody can be, at another place."""
    user = UserFactory()
    for role in roles.ROLES.values():
        MembershipFactory(user=user, location=place, role=role.code)
    return user


@pytest.fixture
def company(clock: Any) -> Company:
    return Company()


def names() -> Iterator[str]:
    """The name of every route."""

    def walk(resolver: Any, space: str) -> Iterator[str]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one, f"{space}{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern):
                yield space + (one.name or "favicon")

    return walk(get_resolver(), "")


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    ours = {name for name in names() if not name.startswith((*LIBRARIES, "admin:"))}
    assert ours == {*PUBLIC, *LINKED, *SIGNED, *STAFF, *API}


def test_each_role_opens_what_it_may_at_its_own_place_and_nothing_else(company: Company) -> None:
    """One pass over all: who may, who reads a clinical note, and that no GET writes anything but who looked."""
    wrong, read, wrote = [], set(), []
    for name, route in {**STAFF, **API}.items():
        for role, client in company.here.items():
            connection.queries_log.clear()
            with CaptureQueriesContext(connection) as made:
                answer = company.asks(client, name, route)
            may = route.needs is None or route.needs in role.permissions
            if (answer.status_code not in ALLOWED) if may else (answer.status_code != 403):
                wrong.append(f"{name} {role.code} {'may' if may else 'may not'} {answer.status_code}")
            if tells(answer, SECRET):
                read.add((role, name))
            if not route.post:
                wrote += [f"{name} {sql}" for sql in writes(made.captured_queries)]
    assert wrong == [], "\n".join(wrong)
    assert wrote == [], "\n".join(wrote)
    assert {role for role, _name in read} == {roles.PRACTITIONER, roles.LEAD}
    assert {"treatments:record", "clinic:tasks"} <= {name for _role, name in read}


def writes(queries: Any) -> list[str]:
    """What changes rows, other than the notes of who looked."""
    found = [(WRITES.match(query["sql"]), query["sql"][:90]) for query in queries]
    return [sql for match, sql in found if match and not match[2].startswith(NOTED)]


def test_another_place_does_not_exist_for_whoever_works_elsewhere(company: Company) -> None:
    wrong = []
    for name, route in {**STAFF, **API}.items():
        answer = company.asks(company.stranger, name, route)
        hidden = answer.status_code == 404 if route.about or route.sends else answer.status_code in ALLOWED
        if not hidden or tells(answer, NAME):
            wrong.append(f"{name} {answer.status_code} {NAME if tells(answer, NAME) else ''}")
    assert wrong == [], "\n".join(wrong)


def test_without_a_login_or_a_place_of_work_nothing_opens(company: Company) -> None:
    wrong = []
    for name, route in {**STAFF, **API}.items():
        nobody = company.asks(company.nobody, name, route)
        to_login = nobody.status_code == 302 and nobody.headers["Location"].startswith("/account/login/")
        unplaced = company.asks(company.unplaced, name, route).status_code
        if not (nobody.status_code in (401, 403) if name in API else to_login):
            wrong.append(f"{name} nobody {nobody.status_code}")
        if route.needs is not None and unplaced not in (403, 404):
            wrong.append(f"{name} unplaced {unplaced}")
    assert wrong == [], "\n".join(wrong)


def test_patient_pages_tell_nothing_without_a_link(company: Company) -> None:
    addresses = [
        reverse(name, args=["AAAAAAAAAAAAAAAAAAAAAA"] if name == "patient-link" else []) for name in LINKED
    ]
    answers = {address: company.nobody.get(address) for address in sorted(addresses)}
    assert {
        address: answer.status_code
        for address, answer in answers.items()
        if answer.status_code not in (405, 410)
    } == {}


def test_the_operators_room_is_closed_to_staff(company: Company) -> None:
    manager = company.here[roles.MANAGER]
    open_to = [
        path
        for name in names()
        if name.startswith("admin:") and name.endswith(("_changelist", "_add", ":index"))
        for path in [reverse(name)]
        if manager.get(path).status_code != 302
    ]
    assert open_to == []


def tells(answer: Any, word: str) -> bool:
    """Whether the answer carries the word."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return word.encode() in body
