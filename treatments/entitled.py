"""Who may sign for what a rule leaves to a clinician (catalogue 1.4: DOC or RX; a clinic may name others)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clinic.access import may
from clinic.errors import NotYours
from clinic.models import Location, Practitioner
from clinic.roles import Permission
from clinic.words import Qualification

_SIGNING = frozenset({Qualification.DOC, Qualification.RX})


def practitioner_of(user: Any) -> Practitioner | None:
    """The practitioner behind a login, if it has one."""
    return getattr(user, "practitioner", None)


def is_physician(user: Any) -> bool:
    """Whether the login belongs to a physician."""
    practitioner = practitioner_of(user)
    return practitioner is not None and practitioner.qualification == Qualification.DOC


def is_entitled(user: Any, location: Location) -> bool:
    """Whether the user may sign at the location: a clinical lead, or a physician or prescriber who treats there."""
    if may(user, Permission.APPROVE, location):
        return True
    practitioner = practitioner_of(user)
    qualified = practitioner is not None and practitioner.qualification in _SIGNING
    return qualified and may(user, Permission.TREAT, location)


def must_be_entitled(user: Any, location: Location, *, physician: bool = False) -> None:
    """NotYours unless the user may sign; `physician` where only a physician may."""
    if not is_entitled(user, location) or (physician and not is_physician(user)):
        raise NotYours("not_entitled", _("Only a clinician who may sign for this can decide it."))
