"""Permissions are a closed list; roles are named sets of them that a manager can read."""

from dataclasses import dataclass
from enum import StrEnum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """All that a member of staff can be allowed to do at a location."""

    SEE_PATIENTS = auto()
    EDIT_PATIENTS = auto()
    SEE_BOARD = auto()
    BOOK = auto()
    SEE_MESSAGES = auto()
    SEE_CLINICAL = auto()
    SCREEN = auto()
    TREAT = auto()
    APPROVE = auto()
    SEE_RECOVERY = auto()
    SEE_REPORTS = auto()
    MANAGE_LOCATION = auto()
    MANAGE_CATALOGUE = auto()
    MANAGE_STAFF = auto()
    SEE_HISTORY = auto()


P = Permission


@dataclass(frozen=True, kw_only=True)
class Role:
    """A name, what it is for, and what it allows."""

    code: str
    display_name: str | Promise
    description: str | Promise
    permissions: frozenset[Permission]


_DESK = frozenset({P.SEE_PATIENTS, P.EDIT_PATIENTS, P.SEE_BOARD, P.BOOK, P.SEE_MESSAGES})
_CARE = _DESK | {P.SEE_CLINICAL, P.SCREEN, P.TREAT, P.SEE_RECOVERY}

FRONT_DESK = Role(
    code="front-desk",
    display_name=_("front desk"),
    description=_("Books, moves, checks in, answers the phone. Sees no clinical notes and no photos."),
    permissions=_DESK,
)
PRACTITIONER = Role(
    code="practitioner",
    display_name=_("practitioner"),
    description=_("Screens, treats, logs and signs; follows the recovery of patients."),
    permissions=_CARE,
)
LEAD = Role(
    code="lead",
    display_name=_("clinical lead"),
    description=_("As a practitioner; also approves what needs a clinician's signature and sees reports."),
    permissions=_CARE | {P.APPROVE, P.SEE_REPORTS, P.MANAGE_CATALOGUE},
)
MANAGER = Role(
    code="manager",
    display_name=_("manager"),
    description=_("Runs the place: people, hours, rooms, protocols, messages, reports. No clinical notes."),
    permissions=_DESK | {P.SEE_REPORTS, P.MANAGE_LOCATION, P.MANAGE_CATALOGUE, P.MANAGE_STAFF, P.SEE_HISTORY},
)
ROLES = {role.code: role for role in (FRONT_DESK, PRACTITIONER, LEAD, MANAGER)}
ROLE_CHOICES = [(role.code, role.display_name) for role in ROLES.values()]


def roles_with(permission: Permission) -> list[str]:
    """The codes of the roles that include a permission."""
    return [role.code for role in ROLES.values() if permission in role.permissions]
