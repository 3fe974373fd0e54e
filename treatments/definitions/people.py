"""Who may treat: roles by depth band, certificates, supervision, ages."""

from dataclasses import dataclass
from decimal import Decimal

from treatments.definitions.provenance import Sourced
from treatments.definitions.words import Family, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDefinition(Sourced):
    """What a role code means."""

    code: str
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleAllowed:
    """A role that may treat, and under what condition.

    `certificate` is a training the person needs ("needling", "device", "lipolysis"); `on_call` are roles of
    whom one must be reachable; `supervised_by` is the role under whose direction the person works.
    """

    role: Role
    certificate: str | None = None
    on_call: tuple[Role, ...] = ()
    supervised_by: Role | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class QualificationRule(Sourced):
    """Who may perform some protocols, perhaps only within a depth band (mm, from exclusive, to inclusive)."""

    code: str
    families: tuple[Family, ...] = ()
    protocols: tuple[str, ...] = ()
    depth_over_mm: Decimal | None = None
    depth_up_to_mm: Decimal | None = None
    allowed: tuple[RoleAllowed, ...]
    needs_prescription: bool = False
    note: str = ""

    def covers(self, depth_mm: Decimal) -> bool:
        """True when the rule speaks about this needle depth."""
        above = self.depth_over_mm is None or depth_mm > self.depth_over_mm
        return above and (self.depth_up_to_mm is None or depth_mm <= self.depth_up_to_mm)


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """The qualification rules of one protocol, shallow band first; without depth bands there is one rule."""

    rules: tuple[QualificationRule, ...]

    def rule_for(self, depth_mm: Decimal | None = None) -> QualificationRule:
        """The rule for the deepest planned zone; without a depth the strictest (deepest) rule."""
        if depth_mm is not None:
            for rule in self.rules:
                if rule.covers(depth_mm):
                    return rule
        return self.rules[-1]

    def roles_for(self, depth_mm: Decimal | None = None) -> frozenset[Role]:
        """The roles that may treat at this depth, whatever the conditions that come with them."""
        return frozenset(allowed.role for allowed in self.rule_for(depth_mm).allowed)


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeRule(Sourced):
    """Least age in years. Below `minimum` the answer is no; below `signoff_below` a clinician signs."""

    minimum: int
    signoff_below: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceKind(Sourced):
    """A kind of device or equipment (EQ_…): where it is needed ("required", "optional") by family or hair."""

    code: str
    label: str
    required_for: tuple[str, ...] = ()
    optional_for: tuple[str, ...] = ()
    is_resource: bool = False
    is_stock: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CountryRule(Sourced):
    """A country (ISO code) where a protocol is not offered, with the reason."""

    country: str
    reason: str

    @property
    def code(self) -> str:
        """The country."""
        return self.country
