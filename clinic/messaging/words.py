"""The words that `clinic.messaging` stores. Imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a message reaches a patient."""

    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")


#: Where a message goes when its own channel cannot take it.
OTHER_CHANNEL = {Channel.SMS: Channel.EMAIL, Channel.EMAIL: Channel.SMS}
#: "As the patient prefers" in a rule; never stored on a message.
PREFERRED = "preferred"


class Purpose(models.TextChoices):
    """What a message is for: consent is kept per channel and purpose."""

    CARE = "care", _("care that is agreed")
    FOLLOW_UP = "follow-up", _("going on with the series")
    FEEDBACK = "feedback", _("opinions and reviews")


#: These need a yes before anything is sent; the others need a no to stop.
ASKED_FIRST = frozenset({Purpose.FEEDBACK})


class MessageKind(models.TextChoices):
    """What is said."""

    APPOINTMENT_CONFIRMED = "appointment_confirmed", _("appointment made")
    APPOINTMENT_MOVED = "appointment_moved", _("appointment moved")
    APPOINTMENT_CANCELLED = "appointment_cancelled", _("appointment cancelled")
    APPOINTMENT_REMINDER = "appointment_reminder", _("reminder")
    PRETREATMENT = "pretreatment", _("before the visit")
    SCREENING_REQUEST = "screening_request", _("questionnaire")
    ON_THE_DAY = "on_the_day", _("on the day")
    AFTERCARE_STEP = "aftercare_step", _("aftercare")
    RECOVERY_CHECK = "recovery_check", _("recovery check")
    RECOVERY_CHECK_REMINDER = "recovery_check_reminder", _("recovery check, asked again")
    RECOVERY_EMERGENCY = "recovery_emergency", _("urgent advice")
    WAITLIST_OFFER = "waitlist_offer", _("offer of an earlier time")
    NOSHOW_REBOOK = "noshow_rebook", _("after a missed visit")
    NEXT_SESSION_DUE = "next_session_due", _("next session is due")
    MAINTENANCE_DUE = "maintenance_due", _("maintenance is due")
    REVIEW_REQUEST = "review_request", _("how was it?")
    OUTCOME_REQUEST = "outcome_request", _("questions about the result")
    LINK_AGAIN = "link_again", _("new link")
    LOT_RECALL = "lot_recall", _("please call us")


K = MessageKind
#: Kinds that are not for agreed care.
PURPOSE_OF = {
    K.NOSHOW_REBOOK: Purpose.FOLLOW_UP,
    K.NEXT_SESSION_DUE: Purpose.FOLLOW_UP,
    K.MAINTENANCE_DUE: Purpose.FOLLOW_UP,
    K.REVIEW_REQUEST: Purpose.FEEDBACK,
}


class Policy(models.TextChoices):
    """What to do when a process died while the provider may already have the message."""

    AT_LEAST_ONCE = "at-least-once", _("send again when in doubt")
    AT_MOST_ONCE = "at-most-once", _("never send twice; show the doubt")


class MessageStatus(models.TextChoices):
    """The way of a message; the arrows are in `MESSAGE_TRANSITIONS`."""

    PENDING = "pending", _("planned")
    CLAIMED = "claimed", _("about to be sent")
    DISPATCHING = "dispatching", _("being sent")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    UNDELIVERED = "undelivered", _("not delivered")
    CANCELLED = "cancelled", _("not sent")
    EXPIRED = "expired", _("too late")
    UNKNOWN = "unknown", _("unknown")
    DEAD = "dead", _("failed")


S = MessageStatus
MESSAGE_TRANSITIONS: dict[str, set[str]] = {
    S.PENDING: {S.CLAIMED, S.CANCELLED, S.EXPIRED},
    S.CLAIMED: {S.DISPATCHING, S.PENDING, S.CANCELLED, S.EXPIRED, S.DEAD},
    S.DISPATCHING: {S.SENT, S.PENDING, S.CANCELLED, S.EXPIRED, S.UNKNOWN, S.DEAD},
    S.SENT: {S.DELIVERED, S.UNDELIVERED},
    S.DELIVERED: set(),
    S.UNDELIVERED: {S.DELIVERED},
    S.CANCELLED: {S.PENDING},
    S.EXPIRED: set(),
    S.UNKNOWN: {S.SENT, S.DELIVERED, S.UNDELIVERED, S.PENDING},
    S.DEAD: {S.PENDING},
}
#: Nothing has left us yet: these can still be called back.
UNSENT = (S.PENDING, S.CLAIMED)
#: Some worker holds these, until its lease ends.
LEASED = (S.CLAIMED, S.DISPATCHING)
#: The provider took these.
ACCEPTED = (S.SENT, S.DELIVERED, S.UNDELIVERED)
#: A person must look at these.
TROUBLED = (S.DEAD, S.UNKNOWN, S.UNDELIVERED)


class Stage(models.TextChoices):
    """What the indexes know of a status: still on its way, waiting for a person, or done with."""

    OPEN = "open"
    TROUBLED = "troubled"
    DONE = "done"


#: We decided not to send these.
NOT_SENT = (S.CANCELLED, S.EXPIRED)


class Reason(models.TextChoices):
    """Why a message was not sent, or waits."""

    NOT_WANTED = "not-wanted", _("no longer needed after a change")
    VISIT_CANCELLED = "visit-cancelled", _("the appointment was cancelled")
    MOVED = "moved", _("the appointment has another time now")
    ON_HOLD = "on-hold", _("the plan is on hold")
    ANSWERED = "answered", _("it was answered before")
    NOT_PERFORMED = "not-performed", _("the session did not take place")
    BOOKED_OR_CHANGED = "booked-or-changed", _("booked meanwhile, or the plan has changed")
    WITHDRAWN = "withdrawn", _("called back")
    GONE = "gone", _("what it was about no longer exists")
    MUTED = "muted", _("this message is switched off at the location")
    NO_ADDRESS = "no-address", _("no phone number or e-mail address on file")
    OPTED_OUT = "opted-out", _("the patient does not want messages this way")
    NOT_ASKED = "not-asked", _("the patient has not agreed to such messages")
    ANONYMISED = "anonymised", _("the patient's data have been removed")
    TOO_LATE = "too-late", _("it would have come too late")
    QUIET_HOURS = "quiet-hours", _("quiet hours")
    NO_TEMPLATE = "no-template", _("there is no text for it")
    LEASE_LAPSED = "lease-lapsed", _("the sending process stopped")
    FAILED_REPEATEDLY = "failed-repeatedly", _("it failed again and again")


#: A message called back for these reasons comes back when it is wanted again; any other "no" stands.
RETURNING_REASONS = frozenset(
    {
        Reason.NOT_WANTED,
        Reason.VISIT_CANCELLED,
        Reason.MOVED,
        Reason.ON_HOLD,
        Reason.ANSWERED,
        Reason.WITHDRAWN,
        Reason.MUTED,
        Reason.GONE,
    }
)


class Answer(models.TextChoices):
    """What a channel said to one attempt."""

    ACCEPTED = "accepted", _("accepted")
    TEMPORARY = "temporary", _("try again later")
    PERMANENT = "permanent", _("refused for good")
    UNKNOWN = "unknown", _("no clear answer")


class InboundWord(models.TextChoices):
    """What a patient's reply asks for."""

    CONFIRM = "confirm", _("confirms")
    HERE = "here", _("is here")
    SICK = "sick", _("is unwell")
    STOP = "stop", _("wants no more texts")
    START = "start", _("wants texts again")
    HELP = "help", _("asks for help")
    FREE = "free", _("wrote something")


class Delivery(models.TextChoices):
    """What a provider reports after it accepted a message."""

    SENT = "sent", _("on its way")
    DELIVERED = "delivered", _("delivered")
    UNDELIVERED = "undelivered", _("not delivered")
