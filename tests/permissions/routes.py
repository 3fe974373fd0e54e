"""Every address of the product and who may open it. A route that is not here fails the matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clinic.roles import Permission

P = Permission


@dataclass(frozen=True, kw_only=True)
class Route:
    """What it takes to open an address.

    `needs` is the permission; None for every login. `about` names the thing of the story whose key the address carries.
    `post`: the address changes something and knows no GET. `more` are other arguments of the address.
    """

    needs: P | None = None
    about: str = ""
    post: bool = False
    #: The thing whose key the body carries under that name.
    sends: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


def page(needs: P, about: str = "", **more: Any) -> Route:
    """A page."""
    return Route(needs=needs, about=about, more=more)


def change(needs: P, about: str = "", *, body: dict[str, Any] | None = None, **more: Any) -> Route:
    """An address that only takes POST."""
    return Route(needs=needs, about=about, post=True, more=more, body=body or {})


#: Open to everybody: they tell nothing about anybody.
PUBLIC = {"home", "health-live", "health-ready", "styleguide", "favicon", "api-schema"}
#: Behind a patient's link, never behind a login.
LINKED = {
    "patient-birth-date",
    "patient-link",
    "bookings_p:questions",
    "bookings_p:appointment",
    "bookings_p:confirm",
    "bookings_p:change",
    "bookings_p:cancel",
    "bookings_p:calendar",
    "bookings_p:offer",
    "bookings_p:offer-accept",
    "bookings_p:offer-decline",
    "treatments_p:aftercare",
    "treatments_p:to-check",
    "treatments_p:report",
    "treatments_p:report-photo",
    "treatments_p:check-photo",
    "treatments_p:scores",
    "treatments_p:visit-scores",
    "bookings_p:scores",
    "treatments_p:check",
    "treatments_p:check-done",
}
#: Signed by somebody else's key: a provider's secret, or a token in the address.
SIGNED = {"hooks:sms", "messaging_p:unsubscribe"}
WORDS: dict[str, Any] = {"kind": "appointment_reminder", "channel": "sms", "language": "en"}

STAFF: dict[str, Route] = {
    "clinic:choose-location": Route(post=True, sends="location"),
    "clinic:alive": Route(),
    "clinic:keys": Route(post=True),
    "clinic:patients": page(P.SEE_PATIENTS),
    "clinic:patient-new": page(P.EDIT_PATIENTS),
    "clinic:patient-namesakes": page(P.EDIT_PATIENTS),
    "clinic:patient": page(P.SEE_PATIENTS, "patient"),
    "clinic:patient-edit": page(P.EDIT_PATIENTS, "patient"),
    "clinic:tasks": page(P.SEE_BOARD),
    "clinic:task-take": change(P.SEE_BOARD, "task"),
    "clinic:task-finish": change(P.SEE_BOARD, "task"),
    "clinic:task-reopen": change(P.SEE_BOARD, "task"),
    "clinic:settings": page(P.MANAGE_LOCATION),
    "clinic:settings-location": page(P.MANAGE_LOCATION, "location"),
    "clinic:settings-location-new": page(P.MANAGE_LOCATION),
    "clinic:settings-details": page(P.MANAGE_LOCATION, "location"),
    "clinic:settings-hours": page(P.MANAGE_LOCATION, "location"),
    "clinic:settings-cadence": page(P.MANAGE_LOCATION, "location"),
    "clinic:settings-staff": page(P.MANAGE_STAFF, "location"),
    "clinic:settings-resource-new": page(P.MANAGE_LOCATION, "location", kind="room"),
    "clinic:settings-resource": page(P.MANAGE_LOCATION, "resource"),
    "clinic:settings-working": page(P.MANAGE_LOCATION, "resource"),
    "clinic:settings-take-role": change(P.MANAGE_STAFF, "membership"),
    "messaging:outbox": page(P.SEE_MESSAGES),
    "messaging:message": page(P.SEE_MESSAGES, "message"),
    "messaging:retry": change(P.SEE_MESSAGES, "message"),
    "messaging:handled": change(P.SEE_MESSAGES, "message"),
    "messaging:call": change(P.SEE_MESSAGES, "message"),
    "messaging:inbox": page(P.SEE_MESSAGES),
    "messaging:inbox-read": change(P.SEE_MESSAGES, "reply"),
    "messaging:timeline": page(P.SEE_MESSAGES, "patient"),
    "messaging:choice": change(
        P.EDIT_PATIENTS, "patient", body={"topic": "care", "channel": "sms", "choice": "no"}
    ),
    "messaging:heartbeat": page(P.SEE_MESSAGES),
    "messaging:rules": page(P.MANAGE_LOCATION),
    "messaging:rule-switch": change(P.MANAGE_LOCATION, code="appointment_reminder"),
    "messaging:texts": page(P.MANAGE_LOCATION),
    "messaging:text": page(P.MANAGE_LOCATION, **WORDS),
    "messaging:text-preview": change(P.MANAGE_LOCATION, **WORDS),
    "messaging:text-shipped": change(P.MANAGE_LOCATION, **WORDS),
    "treatments:plans": page(P.SEE_PATIENTS),
    "treatments:plan": page(P.SEE_PATIENTS, "plan"),
    "treatments:plan-care": page(P.SEE_CLINICAL, "plan"),
    "treatments:plan-release": change(P.SEE_CLINICAL, "plan"),
    "treatments:plan-close": change(P.BOOK, "plan"),
    "treatments:consent": page(P.SCREEN, "plan"),
    "treatments:consent-sheet": page(P.SEE_CLINICAL, "consent"),
    "treatments:consent-withdraw": change(P.SCREEN, "consent"),
    "treatments:visit": page(P.SEE_CLINICAL, "session"),
    "treatments:sign-off": change(P.SEE_CLINICAL, "session"),
    "treatments:profile": change(P.SCREEN, "session"),
    "treatments:patch-test": change(P.SCREEN, "session"),
    "treatments:screening": page(P.SCREEN, "session"),
    "treatments:record": page(P.TREAT, "performed"),
    "treatments:addendum": change(P.TREAT, "performed"),
    "treatments:photo-add": change(P.TREAT, "session"),
    "treatments:photo": page(P.SEE_CLINICAL, "photo"),
    "treatments:recovery": page(P.SEE_RECOVERY),
    "treatments:case": page(P.SEE_RECOVERY, "check"),
    "treatments:case-act": change(P.SEE_RECOVERY, "check"),
    "treatments:reaction": page(P.SEE_CLINICAL, "reaction"),
    "treatments:reaction-photo": change(P.TREAT, "reaction"),
    "treatments:reaction-reopen": change(P.SEE_CLINICAL, "reaction"),
    "treatments:reaction-close": change(P.SEE_CLINICAL, "reaction"),
    "treatments:plan-new": page(P.BOOK, "patient"),
    "treatments:patient-consents": page(P.SEE_PATIENTS, "patient"),
    "treatments:patient-plans": page(P.SEE_PATIENTS, "patient"),
    "treatments:healing": page(P.SEE_CLINICAL, "session"),
    "treatments:lots": page(P.SEE_CLINICAL),
    "treatments:lot": page(P.SEE_CLINICAL, "lot"),
    "treatments:lot-quarantine": change(P.TREAT, "lot"),
    "treatments:lot-tell": change(P.APPROVE, "lot"),
    "treatments:plan-photos": page(P.SEE_CLINICAL, "plan"),
    "treatments:plan-outcomes": page(P.SEE_CLINICAL, "plan"),
    "treatments:gentler-accept": change(P.TREAT, "performed"),
    "treatments:gentler-withdraw": change(P.SEE_CLINICAL, "gentler"),
    "treatments:reaction-add": change(P.TREAT, "plan"),
    "treatments:reports": page(P.SEE_REPORTS),
    "treatments:unfinished": page(P.SEE_PATIENTS),
    "treatments:worklist": page(P.SEE_CLINICAL, kind="to-sign"),
    "treatments:consent-texts": page(P.MANAGE_CATALOGUE),
    "treatments:catalogue": page(P.SEE_PATIENTS),
    "treatments:protocol": page(P.SEE_PATIENTS, code="MN_ACNE_SCAR"),
    "treatments:protocol-review": page(P.MANAGE_CATALOGUE, code="MN_ACNE_SCAR"),
    "treatments:protocol-draft": page(P.MANAGE_CATALOGUE, code="MN_ACNE_SCAR"),
    "treatments:protocol-settle": change(P.MANAGE_CATALOGUE, code="MN_ACNE_SCAR"),
    "bookings:search": page(P.SEE_PATIENTS),
    "bookings:cancelled": page(P.BOOK),
    "bookings:outside-hours": page(P.BOOK),
    "bookings:unconfirmed": page(P.BOOK),
    "bookings:board": page(P.SEE_BOARD),
    "bookings:find": page(P.BOOK),
    "bookings:find-new": change(P.BOOK),
    "bookings:find-times": page(P.BOOK, "patient"),
    "bookings:find-choices": change(P.BOOK, "patient"),
    "bookings:choices-release": change(P.BOOK),
    "bookings:needs": page(P.SEE_BOARD),
    "bookings:free-times": page(P.BOOK),
    "bookings:free-time": page(P.BOOK, "resource"),
    "bookings:gap": page(P.BOOK, "appointment"),
    "bookings:day-list": page(P.SEE_BOARD),
    "bookings:waiting-room": page(P.SEE_BOARD),
    "bookings:due": page(P.BOOK),
    "bookings:calls": page(P.BOOK),
    "bookings:call-reached": change(P.BOOK, "call"),
    "bookings:call-no-answer": change(P.BOOK, "call"),
    "bookings:overdue-no-answer": change(P.BOOK, "session"),
    "bookings:waitlist": page(P.BOOK),
    "bookings:waitlist-offer": change(P.BOOK, "wish"),
    "bookings:waitlist-withdraw": change(P.BOOK, "wish"),
    "bookings:waitlist-accept": change(P.BOOK, "wish"),
    "bookings:waitlist-decline": change(P.BOOK, "wish"),
    "bookings:waitlist-add": page(P.BOOK, "session"),
    "bookings:closures": page(P.BOOK),
    "bookings:closure": page(P.BOOK, "closure"),
    "bookings:closure-accept": change(P.BOOK, "closure"),
    "bookings:closure-lift": change(P.BOOK, "closure"),
    "bookings:my-day": page(P.SEE_CLINICAL),
    "bookings:appointment": page(P.SEE_BOARD, "appointment"),
    "bookings:appointment-do": change(P.SEE_BOARD, "appointment", verb="arrive"),
    "bookings:appointment-room": change(P.BOOK, "appointment"),
    "bookings:appointment-cancel": page(P.BOOK, "appointment"),
    "bookings:appointment-move": page(P.BOOK, "appointment"),
    "bookings:appointment-swap": page(P.BOOK, "appointment"),
    "bookings:appointment-why-not": page(P.BOOK, "appointment"),
    "bookings:undo-together": change(P.BOOK, "appointment"),
    "bookings:appointment-where": page(P.BOOK, "appointment"),
    "bookings:session-start": change(P.TREAT, "session"),
    "bookings:series": page(P.BOOK, "plan"),
    "bookings:reflow": page(P.BOOK, "plan"),
    "bookings:plan-series": page(P.SEE_PATIENTS, "plan"),
    "bookings:plan-ribbon": page(P.SEE_PATIENTS, "plan"),
    "bookings:patient-appointments": page(P.SEE_PATIENTS, "patient"),
}

API: dict[str, Route] = {
    "api-appointment-list": page(P.SEE_BOARD),
    "api-appointment-hold": change(P.BOOK),
    "api-appointment-detail": page(P.SEE_BOARD, "appointment"),
    "api-appointment-arrive": change(P.BOOK, "appointment"),
    "api-appointment-cancel": change(P.BOOK, "appointment", body={"reason": "time"}),
    "api-appointment-confirm": change(P.BOOK, "appointment"),
    "api-appointment-confirm-hold": change(P.BOOK, "appointment"),
    "api-appointment-fulfil": change(P.BOOK, "appointment"),
    "api-appointment-move": change(P.BOOK, "appointment"),
    "api-appointment-noshow": change(P.BOOK, "appointment"),
    "api-appointment-reassign": change(P.BOOK, "appointment", body={"assignment": {}}),
    "api-appointment-start": change(P.TREAT, "appointment"),
    "api-appointment-undo": change(P.BOOK, "appointment"),
    "api-appointment-swap": change(P.BOOK, "appointment"),
    "api-appointment-walk-in": change(P.BOOK),
    "api-appointment-entered-in-error": change(P.BOOK, "appointment", body={"reason": "typed twice"}),
    "api-availability-list": page(P.SEE_BOARD),
    "api-explain-list": page(P.SEE_BOARD),
    "api-plan-list": page(P.SEE_PATIENTS),
    "api-plan-detail": page(P.SEE_PATIENTS, "plan"),
    "api-plan-accept-reflow": change(P.BOOK, "plan"),
    "api-plan-book": change(P.BOOK, "plan"),
    "api-plan-propose": change(P.SEE_BOARD, "plan"),
    "api-plan-propose-reflow": change(P.SEE_BOARD, "plan"),
    "api-patient-list": page(P.SEE_PATIENTS),
    "api-patient-detail": page(P.SEE_PATIENTS, "patient"),
    "api-closure-list": page(P.SEE_BOARD),
    "api-closure-impact": page(P.SEE_BOARD, "closure"),
    "api-closure-lift": change(P.BOOK, "closure"),
    "api-waitlist-list": page(P.BOOK),
    "api-waitlist-withdraw": change(P.BOOK, "wish"),
    "api-offer-accept": change(P.BOOK, "offer"),
    "api-offer-decline": change(P.BOOK, "offer"),
}
