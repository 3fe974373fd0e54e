"""Staff: logins, and the roles in which they work at a location."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.errors import DomainError
from clinic.models import Location, Membership, User
from clinic.roles import ROLES


@transaction.atomic
def create_user(*, email: str, name: str, by: Any, now: datetime, password: str | None = None) -> User:
    """A login of a member of staff. Without a password it opens nothing until one is set by “forgot password”.

    `email_taken` when another login has the address.
    """
    address = email.strip().lower()
    if User.objects.filter(email__iexact=address).exists():
        raise DomainError("email_taken", f"There is a login with the address {address} already.")
    return User.objects.create_user(address, password, name=name, date_joined=now)


@transaction.atomic
def give_role(*, user: User, location: Location, role: str, by: Any, now: datetime) -> bool:
    """The user works there in that role from now on; False when they did already. `role_unknown` for another word."""
    if role not in ROLES:
        raise DomainError("role_unknown", f"{role} is not a role; choose from {', '.join(ROLES)}.")
    _membership, is_new = Membership.objects.get_or_create(user=user, location=location, role=role)
    return is_new


@transaction.atomic
def take_role(*, user: User, location: Location, role: str, by: Any, now: datetime) -> bool:
    """The user no longer works there in that role; False when they did not. History keeps that they once did."""
    deleted, _by_model = Membership.objects.filter(user=user, location=location, role=role).delete()
    return bool(deleted)


@transaction.atomic
def let_in(*, email: str, name: str, location: Location, role: str, by: Any, now: datetime) -> User:
    """Somebody works at a location from now on: with the login that has this address, else with a new one."""
    address = email.strip().lower()
    user = User.objects.filter(email__iexact=address).first()
    if user is None:
        user = create_user(email=address, name=name, by=by, now=now)
    give_role(user=user, location=location, role=role, by=by, now=now)
    return user


def use_shortcuts(*, user: Any, is_on: bool) -> None:
    """A login turns its own single keys on or off."""
    user.shortcuts_enabled = is_on
    user.save(update_fields=["shortcuts_enabled"])
