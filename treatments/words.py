"""The words that `treatments` stores. Imports nothing of ours. Codes are FHIR's where FHIR has one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Family(models.TextChoices):
    """The four families between which wash-outs are kept."""

    MN = "MN", _("microneedling")
    RFMN = "RFMN", _("radio-frequency microneedling")
    MS = "MS", _("mesotherapy")
    LIPO = "LIPO", _("injection lipolysis")


class VersionStatus(models.TextChoices):
    """FHIR publication status."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    RETIRED = "retired", _("retired")


VERSION_TRANSITIONS: dict[VersionStatus, set[VersionStatus]] = {
    VersionStatus.DRAFT: {VersionStatus.ACTIVE, VersionStatus.RETIRED},
    VersionStatus.ACTIVE: {VersionStatus.RETIRED},
    VersionStatus.RETIRED: set(),
}


class PlanStatus(models.TextChoices):
    """FHIR request status."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    ON_HOLD = "on-hold", _("on hold")
    REVOKED = "revoked", _("stopped")
    COMPLETED = "completed", _("completed")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")


PLAN_TRANSITIONS: dict[str, set[str]] = {
    PlanStatus.DRAFT: {PlanStatus.ACTIVE, PlanStatus.REVOKED, PlanStatus.ENTERED_IN_ERROR},
    PlanStatus.ACTIVE: {
        PlanStatus.ON_HOLD,
        PlanStatus.REVOKED,
        PlanStatus.COMPLETED,
        PlanStatus.ENTERED_IN_ERROR,
    },
    PlanStatus.ON_HOLD: {PlanStatus.ACTIVE, PlanStatus.REVOKED, PlanStatus.ENTERED_IN_ERROR},
    PlanStatus.REVOKED: set(),
    PlanStatus.COMPLETED: {PlanStatus.ACTIVE},
    PlanStatus.ENTERED_IN_ERROR: set(),
}
#: Plans in which sessions may still be booked.
RUNNING_PLANS = (PlanStatus.DRAFT, PlanStatus.ACTIVE)


class SessionStatus(models.TextChoices):
    """FHIR event status of one numbered delivery of the plan."""

    PREPARATION = "preparation", _("to come")
    IN_PROGRESS = "in-progress", _("in treatment")
    COMPLETED = "completed", _("performed")
    NOT_DONE = "not-done", _("not done")
    STOPPED = "stopped", _("stopped early")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")


SESSION_TRANSITIONS: dict[str, set[str]] = {
    SessionStatus.PREPARATION: {
        SessionStatus.IN_PROGRESS,
        SessionStatus.NOT_DONE,
        SessionStatus.ENTERED_IN_ERROR,
    },
    SessionStatus.IN_PROGRESS: {SessionStatus.COMPLETED, SessionStatus.STOPPED, SessionStatus.PREPARATION},
    SessionStatus.COMPLETED: {SessionStatus.ENTERED_IN_ERROR},
    SessionStatus.STOPPED: {SessionStatus.ENTERED_IN_ERROR},
    SessionStatus.NOT_DONE: {SessionStatus.PREPARATION},
    SessionStatus.ENTERED_IN_ERROR: set(),
}
#: The skin was treated: these count as done, and the next interval starts from them.
PERFORMED_SESSIONS = (SessionStatus.COMPLETED, SessionStatus.STOPPED)
#: Still to be delivered.
OPEN_SESSIONS = (SessionStatus.PREPARATION, SessionStatus.IN_PROGRESS)


class Severity(models.TextChoices):
    """What an answer or a rule does to the session (catalogue 0.1)."""

    BLOCK = "BLOCK", _("not possible")
    SIGNOFF = "SIGNOFF", _("needs a clinician")
    ADVISE = "ADVISE", _("advice")


class ScreeningOutcome(models.TextChoices):
    """The worst that the answers led to."""

    CLEAR = "clear", _("clear")
    ADVISE = "advise", _("advice given")
    SIGNOFF = "sign-off", _("waits for a clinician")
    BLOCK = "block", _("not possible now")


class RecordStatus(models.TextChoices):
    """A record is written, then signed, then never changed."""

    DRAFT = "draft", _("draft")
    SIGNED = "signed", _("signed")


RECORD_TRANSITIONS: dict[str, set[str]] = {
    RecordStatus.DRAFT: {RecordStatus.SIGNED},
    RecordStatus.SIGNED: set(),
}


class ProductRole(models.TextChoices):
    """How a product was used in a session."""

    CARTRIDGE = "cartridge", _("cartridge")
    NEEDLE = "needle", _("needle")
    GLIDE = "glide", _("glide or serum")
    COMPONENT = "component", _("mixture component")
    NUMBING = "numbing", _("numbing agent")
    HOME = "home", _("handed out")


class CheckStatus(models.TextChoices):
    """A recovery check is planned, asked, answered, or its silence is a fact too."""

    PLANNED = "planned", _("planned")
    ASKED = "asked", _("asked")
    ANSWERED = "answered", _("answered")
    SILENT = "silent", _("no answer")
    WITHDRAWN = "withdrawn", _("withdrawn")


CHECK_TRANSITIONS: dict[str, set[str]] = {
    CheckStatus.PLANNED: {CheckStatus.ASKED, CheckStatus.ANSWERED, CheckStatus.WITHDRAWN},
    CheckStatus.ASKED: {CheckStatus.ANSWERED, CheckStatus.SILENT, CheckStatus.WITHDRAWN},
    CheckStatus.SILENT: {CheckStatus.ANSWERED},
    CheckStatus.ANSWERED: set(),
    CheckStatus.WITHDRAWN: {CheckStatus.PLANNED},
}
#: Checks a patient may still answer.
ANSWERABLE_CHECKS = (CheckStatus.PLANNED, CheckStatus.ASKED, CheckStatus.SILENT)


class CallOutcome(models.TextChoices):
    """What came of a call about a recovery check, in one tap."""

    FINE = "fine", _("reached: all as expected")
    WATCH = "watch", _("reached: we look again")
    COMES = "comes", _("reached: comes in today")
    LEFT_WORD = "left-word", _("left a message")
    NO_ANSWER = "no-answer", _("no answer")


#: After these the check needs nobody any more; the others leave its task open, and it goes on escalating.
SETTLING_CALLS = frozenset({CallOutcome.FINE, CallOutcome.WATCH, CallOutcome.COMES})


class Grade(models.TextChoices):
    """What triage made of the answers."""

    GREEN = "green", _("as expected")
    AMBER = "amber", _("look at it")
    RED = "red", _("act now")


class ReactionSeverity(models.TextChoices):
    """How bad an adverse reaction is."""

    MILD = "mild", _("mild")
    MODERATE = "moderate", _("moderate")
    SEVERE = "severe", _("severe")


class ReactionStatus(models.TextChoices):
    """Open until a clinician closes it."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


REACTION_TRANSITIONS: dict[str, set[str]] = {
    ReactionStatus.OPEN: {ReactionStatus.CLOSED},
    ReactionStatus.CLOSED: {ReactionStatus.OPEN},
}

#: What care groups (catalogue 5 to 7) are called.
CARE_GROUPS = {
    "CG_MN": _("needling"),
    "CG_RFMN": _("RF needling"),
    "CG_MN_SCALP": _("needling of the scalp"),
    "CG_MS_FACE": _("mesotherapy of the face"),
    "CG_MS_BODY": _("mesotherapy of the body"),
    "CG_LIPO": _("injection lipolysis"),
    "CG_MS_SCALP": _("mesotherapy of the scalp"),
}
