"""Writes practitioners and logins with their roles. Roles are added; taking one away is a manager's decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from clinic.actions.staff import create_user, give_role
from clinic.loading.changes import Changes, bring_up_to_date
from clinic.loading.document import PractitionerEntry, StaffEntry
from clinic.loading.writing.places import new_resource, write_hours, write_resource
from clinic.models import Location, Membership, Practitioner, User
from clinic.words import ResourceKind


def write_practitioner(
    entry: PractitionerEntry, locations: Mapping[str, Location], changes: Changes, *, by: Any, now: datetime
) -> Practitioner:
    """The person with login, roles, places and weekly hours."""
    what = f"practitioner {entry.name}"
    person = _known(entry)
    if person is None:
        resource = new_resource(ResourceKind.PRACTITIONER, entry.name)
        person = Practitioner.objects.create(resource=resource, **entry.columns)
        changes.created(what)
    bring_up_to_date(person, what, entry.columns, changes)
    bring_up_to_date(person.resource, what, {"name": entry.name}, changes)
    here = {slug: locations[slug] for slug in entry.hours}
    write_resource(person.resource, what, entry.daily_quota, here, changes)
    for slug, week in entry.hours.items():
        write_hours(person.resource, locations[slug], week, f"{what} at {slug}", changes, now=now)
    if entry.email:
        person.user = _login(
            entry.email, entry.full_name, here.values(), entry.roles, changes, by=by, now=now
        )
        person.save(update_fields=["user"])
    return person


def write_staff(
    entry: StaffEntry, locations: Mapping[str, Location], changes: Changes, *, by: Any, now: datetime
) -> None:
    """A login with its roles at each of its locations."""
    here = [locations[slug] for slug in entry.locations]
    _login(entry.email, entry.name, here, entry.roles, changes, by=by, now=now)


def _known(entry: PractitionerEntry) -> Practitioner | None:
    """By the login; a practitioner without one by the name."""
    people = Practitioner.objects.select_related("resource")
    if entry.email and (person := people.filter(user__email=entry.email).first()):
        return person
    return people.filter(user=None, resource__name=entry.name).first()


def _login(
    email: str,
    name: str,
    locations: Iterable[Location],
    roles: tuple[str, ...],
    changes: Changes,
    *,
    by: Any,
    now: datetime,
) -> User:
    what = f"login {email}"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = create_user(email=email, name=name, by=by, now=now)
        changes.created(what)
    bring_up_to_date(user, what, {"name": name}, changes)
    for location in locations:
        for role in roles:
            if give_role(user=user, location=location, role=role, by=by, now=now):
                changes.updated(what, f"now {role} at {location.slug}")
        _note_other_roles(user, location, roles, changes)
    return user


def _note_other_roles(user: User, location: Location, roles: tuple[str, ...], changes: Changes) -> None:
    others = Membership.objects.filter(user=user, location=location).exclude(role__in=roles)
    changes.kept += [f"role {other.role} of {user.email} at {location.slug}" for other in others]
