"""Pre-treatment messages, counted back from the start of the appointment."""

from dataclasses import dataclass
from datetime import timedelta

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import CareGroup, Channel, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVariant:
    """Another wording for patients of only these care groups, with the screening items it leaves out."""

    care_groups: tuple[CareGroup, ...]
    text: str
    without_screening_items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PretreatmentMessage(Sourced):
    """A text before the appointment: `before_days` calendar days, or `before_minutes`, before it starts.

    Empty `care_groups` and `tags` mean every protocol. `only_if` is a fact that must hold: "hsv_prescribed",
    "patch_test_due", "home_numbing", "beard_area". `asks_every_session_items` carries the questionnaire.
    """

    code: str
    before_days: int = 0
    before_minutes: int = 0
    channel: Channel
    text: str
    care_groups: tuple[CareGroup, ...] = ()
    tags: tuple[Tag, ...] = ()
    skin_types: tuple[str, ...] = ()
    only_if: str | None = None
    screening_items: tuple[str, ...] = ()
    asks_every_session_items: bool = False
    patch_tests: tuple[str, ...] = ()
    variants: tuple[TextVariant, ...] = ()

    @property
    def minutes_before(self) -> int:
        """Minutes from the message to the start of the appointment, a day as 24 hours."""
        return self.before_days * 1440 + self.before_minutes

    @property
    def offset(self) -> timedelta:
        """Time from the start of the appointment to the message: negative, for it comes before."""
        return -timedelta(minutes=self.minutes_before)
