"""Recovery: the expected course, the upper-normal envelope, questions, checks and red flags."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Answer, CareGroup, Region, Tag, Urgency


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoverySymptom(Sourced):
    """The expected course of one symptom: hours to onset and peak, self-scores 0-10, day it is usually gone.

    Hours are None for a symptom that is never expected.
    """

    care_group: CareGroup
    symptom: str
    onset_hours: int | None = None
    peak_hours: int | None = None
    peak_typical: int
    peak_high: int
    resolved_days: int

    @property
    def code(self) -> str:
        """Care group and symptom."""
        return f"{self.care_group}.{self.symptom}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope(Sourced):
    """The highest self-score (0-10) still as expected on each of `days` after the session."""

    care_group: CareGroup
    symptom: str
    days: tuple[int, ...]
    scores: tuple[int, ...]

    @property
    def code(self) -> str:
        """Care group and symptom."""
        return f"{self.care_group}.{self.symptom}"

    def upper_normal(self, day: int) -> int:
        """The limit on any day: linear between the columns, rounded up; the last column holds afterwards."""
        for (left, low), (right, high) in pairwise(zip(self.days, self.scores, strict=True)):
            if left <= day <= right:
                return -((-(low * (right - left) + (high - low) * (day - left))) // (right - left))
        return self.scores[-1] if day > self.days[-1] else self.scores[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question(Sourced):
    """One question of a recovery check.

    `symptom` names the envelope that judges a score. `asked` is "check" (in scheduled checks), "report" (only
    when the patient reports a problem) or "every" (offered at the end of every check). `follows` is the
    question whose "yes" brings this one. `late_text` replaces the wording from `LATE_WORDING_FROM_H` on.
    `yes_urgency` is how a "yes" alone is handled when no red flag takes it.
    """

    code: str
    text: str
    answer: Answer
    lowest: int | None = None
    highest: int | None = None
    choices: tuple[str, ...] = ()
    also_asks: tuple[str, ...] = ()
    symptom: str | None = None
    flags: tuple[str, ...] = ()
    asked: str = "check"
    is_optional: bool = False
    is_verbal_before_leaving: bool = False
    follows: str | None = None
    late_text: str = ""
    yes_urgency: Urgency | None = None
    screening_item: str | None = None
    logic: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlagTrigger:
    """An answer that raises a flag: every condition given must hold.

    Days are days after the session, both ends included; None means the flag's own window. `at_least`,
    `at_most` and `rises_by` compare numbers (a rise is against the answer before). `answer` is "yes" or a
    choice. `with_yes` are questions that must be answered "yes" as well. `urgency` raises the flag's own.
    """

    question: str
    answer: str | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    rises_by: int | None = None
    from_day: int | None = None
    to_day: int | None = None
    care_groups: tuple[CareGroup, ...] = ()
    with_yes: tuple[str, ...] = ()
    urgency: Urgency | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgencyException:
    """Another urgency for some skin types or tags."""

    urgency: Urgency
    skin_types: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RedFlag(Sourced):
    """A warning sign: for whom, in which days after the session, what triggers it, how soon, what to say.

    `care_groups` lists them in full. `tags`, `numbing_agents`, `regions` and `zones`, when given, narrow it.
    """

    code: str
    label: str
    care_groups: tuple[CareGroup, ...]
    tags: tuple[Tag, ...] = ()
    numbing_agents: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    zones: tuple[str, ...] = ()
    from_day: int
    to_day: int
    threshold: str
    triggers: tuple[FlagTrigger, ...]
    urgency: Urgency
    urgency_exceptions: tuple[UrgencyException, ...] = ()
    patient_text: str
    looks_up_lots: bool = False
    screening_item: str | None = None

    @property
    def freezes_plan(self) -> bool:
        """True when future sessions stop, an adverse reaction is opened, photos are asked and lots shown."""
        return self.urgency in (Urgency.EMERGENCY, Urgency.SAME_DAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCheckRule(Sourced):
    """A check sent `offset_hours` after the session; one reminder after `answer_hours`, a task at twice that.

    `only_after_last`: only after the last session of the plan. `skip_if_next_within_hours`: not when the next
    session starts that soon after it. `once_per_days`, `once_per_phase`: not more often when sessions are
    close. `mandatory_skin_types`: never skipped for these.
    """

    code: str
    care_group: CareGroup
    offset_hours: int
    questions: tuple[str, ...]
    answer_hours: int
    only_after_last: bool = False
    skip_if_next_within_hours: int | None = None
    once_per_days: int | None = None
    once_per_phase: bool = False
    is_before_next: bool = False
    mandatory_skin_types: tuple[str, ...] = ()
    reason: str = ""

    @property
    def offset(self) -> timedelta:
        """Time from the end of the session to the check."""
        return timedelta(hours=self.offset_hours)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtraQuestions(Sourced):
    """Questions added to some checks of every protocol with a tag."""

    code: str
    tag: Tag
    questions: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedFact(Sourced):
    """A published number, for help texts and for the clinician who reviews the catalogue."""

    code: str
    fact: str
    value: str
