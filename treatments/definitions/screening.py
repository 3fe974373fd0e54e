"""Screening: questions, windows and exceptions; skin types; patch tests."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Asked, Region, Role, Severity, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreeningChoice:
    """One possible answer where yes or no is not enough. `asks_date` adds "when?".

    `wash_out` is the wash-out row this answer stands for. `is_seen_by_staff` is for the desk to tick.
    """

    code: str
    label: str
    asks_date: bool = False
    wash_out: str | None = None
    is_seen_by_staff: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreeningException:
    """What changes an item's outcome: the first exception whose every condition holds wins over the item.

    Conditions: `answer` (a choice code), `tags` (any applies to the protocol), `without_tags` (none applies),
    `components` (any mixture class is in the plan), `zones` (any is planned), `is_drug_free` (no drug is in
    the plan). `unless_role` turns a BLOCK into a sign-off by that role. `is_zone` removes the zone instead of
    the plan. An `is_clinic_choice` exception is off until the clinic turns it on.
    """

    answer: str | None = None
    tags: tuple[Tag, ...] = ()
    without_tags: tuple[Tag, ...] = ()
    components: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    is_drug_free: bool = False
    severity: Severity
    unless_role: Role | None = None
    hard_days: int | None = None
    advise_days: int | None = None
    is_zone: bool = False
    is_clinic_choice: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreeningItem(Sourced):
    """A question to the patient and what its answer means.

    `tags` and `components` say to which protocols or mixtures it applies. `severity` holds inside `hard_days`
    (None: while the condition exists, or for life); from there to `advise_days` it is a warning.
    `clears_on` are the answers that clear it (none: it always applies). `is_zone` items remove zones, not the
    plan; `is_agent` items block the `numbing_agents`, not the treatment. `wash_outs` name the wash-out rows
    whose exact days win over the windows here. Days count `direction` "before" the session, "after" it or
    "both"; `starts_at` says from what. `from_fact` is a fact on file ("born_on") that answers instead.
    """

    code: str
    question: str
    tags: tuple[Tag, ...] = ()
    components: tuple[str, ...] = ()
    asked: Asked
    severity: Severity
    hard_days: int | None = None
    advise_days: int | None = None
    clears_on: tuple[str, ...] = ("no",)
    asks_date: bool = False
    asks_text: bool = False
    choices: tuple[ScreeningChoice, ...] = ()
    exceptions: tuple[ScreeningException, ...] = ()
    wash_outs: tuple[str, ...] = ()
    is_zone: bool = False
    is_agent: bool = False
    numbing_agents: tuple[str, ...] = ()
    only_regions: tuple[Region, ...] = ()
    only_zones: tuple[str, ...] = ()
    direction: str = "before"
    starts_at: str = ""
    from_fact: str | None = None
    patient_text: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreeningMoment(Sourced):
    """When the questionnaire runs, with which items, and for how long the answers hold."""

    code: str
    label: str
    items: str
    before_minutes: int | None = None
    valid_days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SkinType(Sourced):
    """A Fitzpatrick skin type and the care it asks for. `is_cautious` types carry the extra rules.

    Depth is lowered by `depth_less_mm` and needs sign-off above `signoff_above_mm`; the first session has at
    most `first_session_passes`. A test area comes `test_area_from_days`-`test_area_to_days` before.
    """

    code: str
    patient_wording: str
    mn: str
    rf: str
    ms: str
    is_cautious: bool = False
    depth_less_mm: Decimal = Decimal("0")
    signoff_above_mm: Decimal | None = None
    first_session_passes: int | None = None
    strict_sun_days: int = 0
    pigment_check_days: tuple[int, ...] = ()
    consent_items: tuple[str, ...] = ()
    test_area_from_days: int | None = None
    test_area_to_days: int | None = None
    patch_tests: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchTestRule(Sourced):
    """A patch test: what, how long before, when it is read (hours), how long it is valid, when it is redone.

    A positive result blocks the component and asks the clinician. Older than `valid_days` counts as missing.
    """

    code: str
    what: str
    when: str
    read_at_hours: tuple[Decimal, ...]
    valid_days: int
    retest_when: tuple[str, ...]
    tags: tuple[Tag, ...] = ()
    components: tuple[str, ...] = ()
    skin_types: tuple[str, ...] = ()
    before_from_days: int | None = None
    before_to_days: int | None = None
