"""The words that `bookings` stores. Imports nothing of ours. Stored codes are FHIR's; `held` is ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppointmentStatus(models.TextChoices):
    """From a short promise to a finished visit."""

    HELD = "held", _("held")
    BOOKED = "booked", _("booked")
    ARRIVED = "arrived", _("arrived")
    FULFILLED = "fulfilled", _("fulfilled")
    CANCELLED = "cancelled", _("cancelled")
    NOSHOW = "noshow", _("no-show")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")


S = AppointmentStatus
APPOINTMENT_TRANSITIONS: dict[str, set[str]] = {
    S.HELD: {S.BOOKED, S.CANCELLED},
    S.BOOKED: {S.ARRIVED, S.CANCELLED, S.NOSHOW, S.ENTERED_IN_ERROR},
    S.ARRIVED: {S.FULFILLED, S.BOOKED, S.CANCELLED, S.ENTERED_IN_ERROR},
    S.FULFILLED: {S.ARRIVED, S.ENTERED_IN_ERROR},
    S.CANCELLED: {S.BOOKED},
    S.NOSHOW: {S.BOOKED, S.ARRIVED},
    S.ENTERED_IN_ERROR: set(),
}
#: These take a time from patient and resources. A fulfilled visit did take place, so its time stays taken.
OCCUPYING = (S.HELD, S.BOOKED, S.ARRIVED, S.FULFILLED)
#: These are still to come or going on.
LIVE = (S.HELD, S.BOOKED, S.ARRIVED)
#: A patient or the desk may still cancel these.
CANCELLABLE = (S.HELD, S.BOOKED)
#: The visit is over, one way or the other.
FINAL = (S.FULFILLED, S.CANCELLED, S.NOSHOW, S.ENTERED_IN_ERROR)


class AppointmentKind(models.TextChoices):
    """Why somebody comes."""

    TREATMENT = "treatment", _("treatment")
    CONSULTATION = "consultation", _("consultation")
    REASSESSMENT = "reassessment", _("re-assessment")
    RECOVERY_VISIT = "recovery-visit", _("recovery visit")


class Agreement(models.TextChoices):
    """What was last agreed with the patient about the time: what a message would tell."""

    BOOKED = "booked", _("booked")
    MOVED = "moved", _("moved")
    CANCELLED = "cancelled", _("cancelled")
    MISSED = "missed", _("missed")


class CancelReason(models.TextChoices):
    """Why an appointment was cancelled."""

    ILL = "ill", _("ill")
    TIME = "time", _("the time does not suit")
    RECOVERY = "recovery", _("skin has not recovered")
    COST = "cost", _("cost")
    CLINIC = "clinic", _("the clinic had to")
    LAPSED = "lapsed", _("the hold lapsed")
    OTHER = "other", _("other reason")


class WaitlistStatus(models.TextChoices):
    """A wish for a time."""

    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("offered")
    BOOKED = "booked", _("booked")
    WITHDRAWN = "withdrawn", _("withdrawn")


WAITLIST_TRANSITIONS: dict[str, set[str]] = {
    WaitlistStatus.WAITING: {WaitlistStatus.OFFERED, WaitlistStatus.WITHDRAWN},
    WaitlistStatus.OFFERED: {WaitlistStatus.BOOKED, WaitlistStatus.WAITING, WaitlistStatus.WITHDRAWN},
    WaitlistStatus.BOOKED: set(),
    WaitlistStatus.WITHDRAWN: {WaitlistStatus.WAITING},
}


class OfferStatus(models.TextChoices):
    """A hold made for somebody on the waitlist."""

    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")


OFFER_TRANSITIONS: dict[str, set[str]] = {
    OfferStatus.OPEN: {OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.LAPSED},
    OfferStatus.ACCEPTED: set(),
    OfferStatus.DECLINED: set(),
    OfferStatus.LAPSED: set(),
}
