"""The words that `clinic` stores: kinds, roles, channels. Imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResourceKind(models.TextChoices):
    """What can be occupied."""

    PRACTITIONER = "practitioner", _("practitioner")
    ROOM = "room", _("room")
    DEVICE = "device", _("device")


class RoomKind(models.TextChoices):
    """What a room is equipped for (catalogue equipment EQ_ROOM, EQ_NUMB_SEAT)."""

    TREATMENT = "treatment", _("treatment room")
    NUMBING = "numbing", _("numbing seat")
    CONSULTATION = "consultation", _("consultation room")


class DeviceKind(models.TextChoices):
    """Which bookable equipment a device is (catalogue equipment codes)."""

    PEN = "EQ_PEN", _("needling handpiece")
    RF = "EQ_RF", _("radio-frequency generator")
    GUN = "EQ_GUN", _("injector")


class Qualification(models.TextChoices):
    """Who may do what; the rank is in `QUALIFICATION_RANK` (catalogue qualifications)."""

    DOC = "DOC", _("physician")
    RX = "RX", _("prescriber or registered nurse")
    AES = "AES", _("certified aesthetician")


#: A higher rank may do all that a lower one may.
QUALIFICATION_RANK = {Qualification.AES: 1, Qualification.RX: 2, Qualification.DOC: 3}


class ClosureKind(models.TextChoices):
    """Why nobody can be booked."""

    LEAVE = "leave", _("leave")
    HOLIDAY = "holiday", _("public holiday")
    SERVICE = "service", _("service or repair")
    CLOSED_DAY = "closed-day", _("closed day")
    BREAK = "break", _("break")


class TaskStatus(models.TextChoices):
    """A task waits for a person until somebody takes it and finishes it."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("taken")
    DONE = "done", _("done")


TASK_TRANSITIONS = {
    TaskStatus.OPEN: {TaskStatus.ACKNOWLEDGED, TaskStatus.DONE},
    TaskStatus.ACKNOWLEDGED: {TaskStatus.DONE, TaskStatus.OPEN},
    TaskStatus.DONE: {TaskStatus.OPEN},
}
#: Tasks that still need a person.
WAITING_TASKS = (TaskStatus.OPEN, TaskStatus.ACKNOWLEDGED)


class Urgency(models.TextChoices):
    """How soon a clinician must act (catalogue red flags).

    EMERGENCY at once, SAME_DAY 4 h, NEXT_DAY 24 h, SOON 72 h, ROUTINE 7 d.
    """

    EMERGENCY = "EMERGENCY", _("emergency")
    SAME_DAY = "SAME_DAY", _("same day")
    NEXT_DAY = "NEXT_DAY", _("within a day")
    SOON = "SOON", _("within three days")
    ROUTINE = "ROUTINE", _("within a week")


#: Worst first.
URGENCY_ORDER = tuple(Urgency)
#: Hours within which a clinician acts.
URGENCY_HOURS = {
    Urgency.EMERGENCY: 0,
    Urgency.SAME_DAY: 4,
    Urgency.NEXT_DAY: 24,
    Urgency.SOON: 72,
    Urgency.ROUTINE: 168,
}


class LinkPurpose(models.TextChoices):
    """What a patient's link opens."""

    APPOINTMENT = "appointment", _("appointment")
    SCREENING = "screening", _("questionnaire")
    AFTERCARE = "aftercare", _("aftercare")
    RECOVERY_CHECK = "recovery-check", _("recovery check")
    OFFER = "offer", _("offer of an earlier time")
    OUTCOMES = "outcomes", _("questions about the result")


#: (role shown to a person, e-mail, password) of the demo clinic; refused outside the demo.
DEMO_PASSWORD = "series-and-recovery"
DEMO_LOGINS = (
    ("front desk", "desk@demo.example", DEMO_PASSWORD),
    ("practitioner", "weiss@demo.example", DEMO_PASSWORD),
    ("manager", "manager@demo.example", DEMO_PASSWORD),
)
