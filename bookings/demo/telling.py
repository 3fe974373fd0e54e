"""Tells the whole story of the demo: a clinic file, its people, half a year of plans, visits, messages and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from bookings.actions import closures
from bookings.demo import shelf
from bookings.demo.carriers import deliver, nobody_is_told
from bookings.demo.deck import scripts
from bookings.demo.extras import extras
from bookings.demo.letters import Post
from bookings.demo.people import patients
from bookings.demo.series import Chronicle
from bookings.demo.walking import Story, Walk
from bookings.demo.world import Catalogue, Place
from bookings.management.commands.load_clinic import claiming
from clinic.actions.patients import register_patients
from clinic.loading.clinic_file import read_clinic
from clinic.loading.load import load_clinic
from clinic.messaging.healing import replan
from clinic.models import Closure, Location, User
from clinic.words import DEMO_LOGINS
from treatments.actions.catalogue import confirm_all
from treatments.actions.consents import as_worded
from treatments.actions.recovery import ask_due, close_silent
from treatments.models import ConsentText
from treatments.queries.catalogue import shared

FILE = Path(__file__).parent / "clinic.toml"
#: The story begins so long ago, and is told up to now.
BEGAN = timedelta(days=126)


@transaction.atomic
def tell_story(*, now: datetime, scale: float = 1.0, only: str = "") -> None:
    """Loads the demo into an empty database whose catalogue is loaded: all of it in one transaction, or nothing.

    For tests, `scale` below 1 tells a smaller one, and `only` names one location (slug) that has patients.
    `make demo` tells the same story with a process for each place: `bookings/demo/together.py`.
    """
    tell(open_places(now=now, scale=scale, only=only), now=now, scale=scale)
    open_the_door()


@transaction.atomic
def open_places(*, now: datetime, scale: float = 1.0, only: str = "") -> list[Place]:
    """The clinic as its story begins: places, staff, lots, a confirmed catalogue, patients. Nobody can sign in yet."""
    begun_at = now - BEGAN
    _load_places(begun_at, now)
    places = places_at(now)
    confirm_all(by=places[0].lead.user, now=begun_at)
    _write_consents(begun_at)
    places = [place for place in places if only in ("", place.location.slug)]
    for place in places:
        shelf.receive(place, now=begun_at)
        register_patients(
            rows=patients(place.location.slug, place.today, scale),
            location=place.location,
            by=place.desk,
            now=begun_at + timedelta(hours=1),
        )
    return places


def _write_consents(now: datetime) -> None:
    """Every consent in the catalogue's words, which else are kept when somebody signs them first."""
    ConsentText.objects.bulk_create(as_worded(item, now=now) for item in shared().consents)


def places_at(now: datetime) -> list[Place]:
    """Every place of the clinic, for a story that ends now."""
    return [Place(location, now) for location in Location.objects.order_by("pk")]


def tell(places: list[Place], *, now: datetime, scale: float = 1.0) -> None:
    """What happened at these places up to now; places share no rows that a story writes."""
    post = Post()
    walk = Walk(until=now, meanwhile=_meanwhile(post, places[0].recent))
    catalogue = Catalogue.read()
    for place in places:
        for story in _stories(place, catalogue, post, walk, scale):
            walk.tell(story)
    with nobody_is_told():
        walk.run()
        # The oldest part was written without its messages: what it still has to say is said, and no drift is found.
        for place in places:
            replan(place.location.pk, now=now)
        deliver(now)


def _load_places(begun_at: datetime, now: datetime) -> None:
    """The clinic as it was when the story began; the holidays as they are known now, except that today is worked."""
    file = read_clinic(FILE.read_text(encoding="utf-8"), file=FILE.name)
    for at in (begun_at, now):
        load_clinic(file, by=None, now=at, close=claiming(now=at))
    for closure in Closure.objects.standing().touching(now, now + timedelta(hours=1)):
        closures.lift(closure=closure, by=None, now=now)


def _stories(place: Place, catalogue: Catalogue, post: Post, walk: Walk, scale: float) -> Iterator[Story]:
    chronicle = Chronicle(place, catalogue, shelf.Shelf(place), post, walk)
    found = scripts(place.location.slug, catalogue.rhythms(), scale)
    for script, patient in zip(found, place.patients, strict=False):
        yield chronicle.plan(script, patient)
    yield from extras(chronicle, place.patients[len(found) :], scale)


def _meanwhile(post: Post, recent: datetime) -> Callable[[datetime], None]:
    """What happens by itself in the newest days: checks are asked, silence is noticed, messages leave.

    At their beginning everything older that waits is written as sent.
    """
    last: list[datetime] = []

    def happen(now: datetime) -> None:
        if now < recent or (last and now - last[0] < timedelta(minutes=20)):
            return
        if not last:
            post.settle_due(recent)
            post.write()
        last[:] = [now]
        ask_due(now)
        close_silent(now)
        deliver(now)

    return happen


def open_the_door() -> None:
    """The demo's logins get their password: from here on the demo counts as told."""
    for _role, email, password in DEMO_LOGINS:
        user = User.objects.get(email=email)
        user.set_password(password)
        user.save(update_fields=["password"])


def is_begun() -> bool:
    """Whether the places stand, told or not."""
    return User.objects.filter(email=DEMO_LOGINS[0][1]).exists()


def is_told() -> bool:
    """Whether the demo is here."""
    user = User.objects.filter(email=DEMO_LOGINS[0][1]).first()
    return user is not None and user.has_usable_password()
