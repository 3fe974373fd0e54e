"""The navigation as data. Pages above `clinic` are named by URL, never imported."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.roles import Permission


@dataclass(frozen=True)
class Item:
    """One line of the navigation: its label, the name of its page, who may use it."""

    label: str | Promise
    url_name: str
    permission: Permission


P = Permission
GROUPS: list[tuple[str | Promise, list[Item]]] = [
    (
        "",
        [
            Item(_("Day board"), "bookings:board", P.SEE_BOARD),
            Item(_("My day"), "bookings:my-day", P.SEE_CLINICAL),
            Item(_("Patients"), "clinic:patients", P.SEE_PATIENTS),
            Item(_("Plans"), "treatments:plans", P.SEE_PATIENTS),
            Item(_("Waitlist"), "bookings:waitlist", P.BOOK),
            Item(_("Recovery"), "treatments:recovery", P.SEE_RECOVERY),
            Item(_("Messages"), "messaging:outbox", P.SEE_MESSAGES),
        ],
    ),
    (
        _("Worklists"),
        [
            Item(_("Tasks"), "clinic:tasks", P.SEE_BOARD),
            Item(_("Due and not booked"), "bookings:due", P.BOOK),
            Item(_("Unfinished plans"), "treatments:unfinished", P.SEE_PATIENTS),
            Item(_("Call list"), "bookings:calls", P.BOOK),
            Item(_("Catalogue"), "treatments:catalogue", P.SEE_PATIENTS),
            Item(_("Lots"), "treatments:lots", P.SEE_CLINICAL),
            Item(_("Reports"), "treatments:reports", P.SEE_REPORTS),
            Item(_("Settings"), "clinic:settings", P.MANAGE_LOCATION),
        ],
    ),
]
