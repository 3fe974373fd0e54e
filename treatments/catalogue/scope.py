"""To which protocol a shared entry applies: one predicate for each kind of entry."""

from dataclasses import dataclass

from treatments.definitions import (
    CareGroup,
    ConsentItem,
    DeviceKind,
    DoseLimit,
    Family,
    PatchTestRule,
    PretreatmentMessage,
    QualificationRule,
    RedFlag,
    Region,
    ScreeningItem,
    Tag,
    Technique,
)

HAIR_COLUMN = "hair"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a protocol is, where it goes, and which mixture classes its templates may bring."""

    code: str
    family: Family
    care_group: CareGroup
    tags: frozenset[Tag]
    regions: frozenset[Region]
    zones: frozenset[str]
    classes: frozenset[str]

    def has_tag(self, tags: tuple[Tag, ...]) -> bool:
        """True when one of the tags is the protocol's, or is ALL."""
        return Tag.ALL in tags or not self.tags.isdisjoint(tags)

    def is_at(self, regions: tuple[Region, ...], zones: tuple[str, ...]) -> bool:
        """True when the protocol goes to one of the regions and one of the zones; empty means anywhere."""
        in_region = not regions or not self.regions.isdisjoint(regions)
        return in_region and (not zones or not self.zones.isdisjoint(zones))


def asks(scope: Scope, item: ScreeningItem) -> bool:
    """Screening items by tag, or by a mixture class that a template of the protocol may bring."""
    applies = scope.has_tag(item.tags) or not scope.classes.isdisjoint(item.components)
    return applies and scope.is_at(item.only_regions, item.only_zones)


def tests(scope: Scope, rule: PatchTestRule) -> bool:
    """Patch tests by tag or mixture class; the skin type is the patient's and is looked at later."""
    return scope.has_tag(rule.tags) or not scope.classes.isdisjoint(rule.components)


def uses(scope: Scope, item: DeviceKind) -> bool:
    """Equipment of the family; for a scalp protocol also of the hair column."""
    columns = {*item.required_for, *item.optional_for}
    return scope.family in columns and (Tag.HAIR not in scope.tags or HAIR_COLUMN in columns)


def qualifies(scope: Scope, rule: QualificationRule) -> bool:
    """Qualification rules that name the protocol or its family."""
    return scope.code in rule.protocols or scope.family in rule.families


def injects(scope: Scope, technique: Technique) -> bool:
    """Techniques offered for the protocol or its care group."""
    return scope.code in technique.protocols or scope.care_group in technique.care_groups


def limits(scope: Scope, limit: DoseLimit) -> bool:
    """Limits that name the protocol, and those of a component wherever something is injected."""
    return scope.code in limit.protocols if limit.protocols else Tag.MS in scope.tags


def reminds(scope: Scope, message: PretreatmentMessage) -> bool:
    """Pre-treatment texts by care group and tag; without either, every protocol."""
    by_group = not message.care_groups or scope.care_group in message.care_groups
    return by_group and (not message.tags or scope.has_tag(message.tags))


def consents(scope: Scope, item: ConsentItem) -> bool:
    """Consent items by tag; those of combinations belong to the plan, not to a protocol."""
    return scope.has_tag((*item.tags, *item.outside_label_tags))


def warns(scope: Scope, flag: RedFlag) -> bool:
    """Red flags by care group, narrowed by tag and place."""
    by_tag = not flag.tags or scope.has_tag(flag.tags)
    return scope.care_group in flag.care_groups and by_tag and scope.is_at(flag.regions, flag.zones)
