"""What the gate's rules know about a session, as plain values: loaded once, judged as often as needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic.derived import worked_out_once
from treatments.definitions import ProtocolDefinition, SharedCatalogue
from treatments.screening_rules import GivenAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class OneSession:
    """A session of the plan. `day` is the local day on which it was performed; None before."""

    pk: int
    number: int
    status: str
    definition: ProtocolDefinition
    day: date | None = None
    #: Deepest zone of its signed record in mm; None without needling or record.
    deepest_mm: Decimal | None = None
    is_maintenance: bool = False
    #: Accepted after slow healing, for the next session of the protocol: least days, and the deepest needle in mm.
    agreed_days: int = 0
    agreed_mm: Decimal | None = None

    @property
    def code(self) -> str:
        """The protocol."""
        return self.definition.code


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """Something done before, from another plan of ours or elsewhere: a wash-out row (catalogue 4.1) and a day."""

    code: str
    day: date
    zones: frozenset[str]
    #: Ours: the plan it belongs to; None when it was done elsewhere.
    plan_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedConsent:
    """The newest consent of the plan: what it covers, which texts, until when."""

    signed_at: datetime
    valid_until: date
    codes: frozenset[str]
    #: Codes whose wording has a newer version than the one that was signed.
    outdated: frozenset[str]
    covers: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class TestResult:
    """A patch test (catalogue 3.5); `is_positive` None until it was read."""

    __test__ = False

    rule: str
    components: frozenset[str]
    applied_on: date
    is_positive: bool | None
    valid_until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """An entitled clinician signed for a problem; with a day, only for that day or later."""

    problem: str
    from_on: date | None
    is_physician: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanFacts:
    """One plan with all that decides whether its sessions may happen. Days are local to its location."""

    plan_id: int
    status: str
    combination: str
    zones: frozenset[str]
    components: frozenset[str]
    numbing_planned: bool
    clinician_id: int | None
    country: str
    tz: ZoneInfo
    born_on: date | None
    sessions: tuple[OneSession, ...]
    shared: SharedCatalogue
    skin_type: str | None = None
    protocols_off: frozenset[str] = frozenset()
    earlier: tuple[Earlier, ...] = ()
    #: The newest answer to each item, with the session it was given for (None: the first consultation).
    answers: Mapping[str, tuple[GivenAnswer, int | None]] = field(default_factory=dict)
    first_screening_on: date | None = None
    #: For each session: when its own questionnaire was answered last, and which items it had.
    screened: Mapping[int, tuple[datetime, frozenset[str]]] = field(default_factory=dict)
    consent: SignedConsent | None = None
    tests: tuple[TestResult, ...] = ()
    #: Codes of open adverse reactions of the plan.
    reactions: tuple[str, ...] = ()
    #: Symptoms with a score above zero in the answers since the last session.
    lingering: frozenset[str] = frozenset()
    #: The last answer to "has everything healed" since the last session: yes, no, unsure, or empty.
    healed: str = ""
    signatures: Mapping[int, tuple[Signature, ...]] = field(default_factory=dict)
    clinic_choices: frozenset[str] = frozenset()

    def session(self, pk: int) -> OneSession:
        """The session of that number in the table; KeyError when it is not of this plan."""
        for one in self.sessions:
            if one.pk == pk:
                return one
        raise KeyError(pk)

    def policy(self, code: str) -> int:
        """A whole number that a rule needs, as the clinic's catalogue has it; KeyError for an unknown code."""
        return int(self.shared.policy(code))

    def regions_of(self, zones: frozenset[str]) -> frozenset[str]:
        """The regions (face, neck, …) that these zones belong to."""
        return _regions(self.shared, zones)

    def labels_of(self, zones: frozenset[str]) -> str:
        """The zones in words, in the order of the map."""
        return ", ".join(zone.label for zone in self.shared.zones if zone.code in zones)

    @property
    def last_performed(self) -> OneSession | None:
        """The session performed last; None before the first."""
        done = [one for one in self.sessions if one.day is not None]
        return max(done, key=lambda one: (one.day or date.min, one.number), default=None)


@worked_out_once
def _regions(shared: SharedCatalogue, zones: frozenset[str]) -> frozenset[str]:
    return frozenset(str(zone.region) for zone in shared.zones if zone.code in zones)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """When a session is looked at: the day it would happen, the instant of asking, and for what."""

    on: date
    now: datetime
    is_start: bool
    #: Session number → booked local day, for sessions not yet performed.
    anchors: Mapping[int, date]
    #: Whether what stops nobody is asked as well.
    with_remarks: bool = True

    @property
    def asks_readiness(self) -> bool:
        """Questions, consent and tests stop a start; before it they are remarks."""
        return self.is_start or self.with_remarks
