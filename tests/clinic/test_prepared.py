"""Reads planned once: a dead connection is replaced, what was read ahead is given once, a chain finds its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from clinic import ahead
from clinic.api.authentication import TOKEN_BY_HASH, token_hash
from clinic.built import new_row
from clinic.chained import Chain, Found, Step
from clinic.models import ApiToken, ClinicSettings, Location, Placement, Resource, User
from clinic.prepared import Prepared, marks, prepared_rows, prepared_write
from clinic.questions import Question, ask_together
from tests import factories
from tests.conftest import MORNING

LOCATION = Prepared(lambda user, place: Location.objects.filter(memberships__user=user, pk=place), *marks(2))
NAME = Question("SELECT name FROM clinic_location WHERE id = %(place)s", columns="name")
COUNTRY = Question("SELECT country, zone FROM clinic_location WHERE id = %(place)s", columns="country zone")
CHAIN = Chain(
    Step(TOKEN_BY_HASH, ("token",)), Step(LOCATION, (Found(0, ApiToken, "user_id"), "wanted_place"))
)
PLACE = Found(1, Location, "id")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Each test begins and ends without answers."""
    ahead.forget()
    yield
    ahead.forget()


def somebody(token: str = "secret") -> tuple[User, Location]:
    """A user with a token, and where they work."""
    place = factories.LocationFactory(name="Mitte")
    user = factories.staff(at=place, name="Anna Berg")
    ApiToken.objects.create(user=user, token_hash=token_hash(token), created_at=MORNING)
    return user, place


def die() -> None:
    """Another session ends ours, as a restarted server would; then the next request begins."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(
        connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]
    ) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)
    django: Any = connection
    django.health_check_done = False


@pytest.mark.django_db(transaction=True)
def test_connection_that_died_between_two_requests_is_replaced() -> None:
    assert prepared_rows("SELECT %(a)s::int + 1", {"a": 1}) == [(2,)]
    die()
    assert prepared_rows("SELECT %(a)s::int + 1", {"a": 2}) == [(3,)]


@pytest.mark.django_db(transaction=True)
def test_connection_that_dies_in_the_middle_of_a_request_is_an_error() -> None:
    prepared_rows("SELECT %(a)s::int + 1", {"a": 1})
    die()
    django: Any = connection
    django.health_check_done = True
    with pytest.raises(OperationalError):
        prepared_rows("SELECT %(a)s::int + 1", {"a": 2})
    close_old_connections()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_asked_again() -> None:
    def ask_on_a_dead_connection() -> None:
        with transaction.atomic():
            prepared_rows("SELECT %(a)s::int + 1", {"a": 1})
            die()
            prepared_rows("SELECT %(a)s::int + 1", {"a": 2})

    with pytest.raises(OperationalError):
        ask_on_a_dead_connection()
    close_old_connections()


@pytest.mark.django_db(transaction=True)
def test_write_asks_whether_its_connection_lives_before_it_is_sent() -> None:
    _user, place = somebody()
    renamed = "UPDATE clinic_location SET name = %(name)s WHERE id = %(place)s RETURNING name"
    die()
    assert prepared_write(renamed, {"name": "Nord", "place": place.pk}) == [("Nord",)]


@pytest.mark.django_db
def test_answer_read_ahead_is_given_once_and_only_for_the_same_facts() -> None:
    _user, place = somebody()
    other = factories.LocationFactory(name="Nord")
    ask_together((NAME, {"place": place.pk}), (COUNTRY, {"place": place.pk}))
    with CaptureQueriesContext(connection) as asked:
        assert NAME.rows({"place": other.pk}) == [["Nord"]]
        assert NAME.rows({"place": place.pk}) == [["Mitte"]]
    assert len(asked) == 1
    Location.objects.filter(pk=place.pk).update(name="Süd")
    assert NAME.rows({"place": place.pk}) == [["Süd"]]


@pytest.mark.django_db
def test_what_is_read_ahead_already_is_not_asked_again() -> None:
    _user, place = somebody()
    ask_together((NAME, {"place": place.pk}))
    with CaptureQueriesContext(connection) as asked:
        ask_together((NAME, {"place": place.pk}))
    assert len(asked) == 0


@pytest.mark.django_db
def test_chain_finds_who_asks_what_they_name_and_what_is_asked_about_it_in_one_statement() -> None:
    user, place = somebody()
    with CaptureQueriesContext(connection) as asked:
        CHAIN.read(
            {"token": token_hash("secret"), "wanted_place": place.pk},
            [(NAME, {"place": PLACE}), (COUNTRY, {"place": PLACE})],
        )
        token = TOKEN_BY_HASH.first(token_hash("secret"))
        assert token is not None
        assert token.user == user
        assert LOCATION.first(user.pk, place.pk) == place
        assert NAME.rows({"place": place.pk}) == [["Mitte"]]
        assert COUNTRY.rows({"place": place.pk}) == [["DE", "Europe/Berlin"]]
    assert len(asked) == 1


@pytest.mark.django_db
def test_chain_tells_nothing_about_what_the_token_does_not_see() -> None:
    user, _place = somebody()
    elsewhere = factories.LocationFactory(name="Elsewhere")
    CHAIN.read({"token": token_hash("secret"), "wanted_place": elsewhere.pk}, [(NAME, {"place": PLACE})])
    assert not ahead.is_kept(NAME, {"place": elsewhere.pk})
    with CaptureQueriesContext(connection) as asked:
        assert LOCATION.first(user.pk, elsewhere.pk) is None
    assert len(asked) == 0


@pytest.mark.django_db
def test_chain_tells_nothing_to_an_unknown_token() -> None:
    user, place = somebody()
    CHAIN.read({"token": token_hash("wrong"), "wanted_place": place.pk}, [(NAME, {"place": PLACE})])
    assert not ahead.is_kept(NAME, {"place": place.pk})
    assert not ahead.is_kept(LOCATION, (user.pk, place.pk))
    with CaptureQueriesContext(connection) as asked:
        assert TOKEN_BY_HASH.first(token_hash("wrong")) is None
    assert len(asked) == 0


@pytest.mark.django_db
def test_new_row_is_what_the_constructor_makes() -> None:
    _user, place = somebody()
    room = Resource.objects.get(pk=factories.room(at=place, name="Room 1").pk)
    given = {"location": place, "resource": room}
    made, usual = new_row(Placement, **given), Placement(**given)
    assert columns(made) == columns(usual)
    assert (made.location, made._state.adding) == (place, True)
    with CaptureQueriesContext(connection) as asked:
        assert made.location.name == "Mitte"
    assert len(asked) == 0


def test_new_row_refuses_a_model_whose_defaults_are_made_for_each_row() -> None:
    with pytest.raises(ValueError, match="ClinicSettings makes reminders"):
        new_row(ClinicSettings)


@pytest.mark.django_db
def test_row_that_was_read_is_what_django_reads() -> None:
    user, place = somebody()
    found, usual = LOCATION.first(user.pk, place.pk), Location.objects.get(pk=place.pk)
    assert found is not None
    assert columns(found) == columns(usual)
    assert (found._state.adding, found._state.db) == (usual._state.adding, usual._state.db)


def columns(row: models.Model) -> dict[str, Any]:
    """All that a row says by itself."""
    return {field.attname: row.__dict__[field.attname] for field in row._meta.concrete_fields}
