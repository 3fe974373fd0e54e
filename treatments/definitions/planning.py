"""From concern to plan: suggested protocols, combination templates, policies, facts for education."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern(Sourced):
    """What the patient wishes to change, the protocol to offer first, others, and what may be combined.

    `combination` is a template code or None; `alternates_with` are protocols to alternate with.
    """

    code: str
    label: str
    first_choice: str
    alternatives: tuple[str, ...] = ()
    combine: str = "no"
    combinations: tuple[str, ...] = ()
    combine_text: str = ""
    alternates_with: tuple[str, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinationEntry:
    """A session of a combination, by family or by protocol, `day` days after the start."""

    day: int
    family: str | None = None
    protocol: str | None = None

    @property
    def code(self) -> str:
        """The day and what is done."""
        return f"{self.day}-{self.protocol or self.family}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinationTemplate(Sourced):
    """Two treatments in one plan. `ms_max_days` replaces the mesotherapy protocol's own longest gap.

    `wash_out_family` and `trace_family` say as what a same-day session counts.
    """

    code: str
    label: str
    entries: tuple[CombinationEntry, ...]
    rule: str
    wash_out_days: int | None = None
    ms_max_days: int | None = None
    boost_after_days: int | None = None
    max_depth_mm: Decimal | None = None
    severity: Severity | None = None
    wash_out_family: str | None = None
    trace_family: str | None = None
    components: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy(Sourced):
    """One number that a rule of the software needs and a clinic may change."""

    code: str
    value: Decimal
    unit: str
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule(Sourced):
    """A rule of the clinic's work in one sentence, for help pages and reviews."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(Sourced):
    """What may be said about a treatment's effect, and how well it is supported."""

    code: str
    claim: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison(Sourced):
    """One line of microneedling against mesotherapy for patients."""

    code: str
    label: str
    microneedling: str
    mesotherapy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceNote:
    """A source short name (or several) and what stands behind it."""

    code: str
    names: tuple[str, ...]
    what: str
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenQuestion:
    """Something the sources leave open, for the clinician who reviews the catalogue."""

    code: str
    title: str
    text: str
