"""A session record as it was typed, read into typed values (catalogue 2.1, 2.5). Values in, values out.

A draft is `{"fields": {code: typed}, "zones": [{"zone", "side", code: typed}], "products": [{"role", "product", "lot",
"amount", "unit", …}], "device": id, "room": id, "assistant": id, "note": text}`. Reading never loses what was typed:
what cannot be read is a problem that names its place, such as `zones.0.depth_mm`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.errors import Problem
from treatments.definitions import RecordField, Tag
from treatments.field_reading import FieldReader, decimal_of, instant_of, yes_or_no
from treatments.words import ProductRole

#: Fields that another part of the draft carries: product rows, columns of the record, or the act of signing.
CARRIED_ELSEWHERE = frozenset(
    {
        "cartridge_lot",
        "cartridge_expiry",
        "glide_product",
        "serum",
        "mixture",
        "home_products",
        "photos",
        "device_model",
        "practitioner",
        "assistant",
        "room",
        "aftercare_version",
        "next_earliest",
        "vol_total_ml",
        "patch_test_ref",
        "mixed_by",
    }
)
NOT_NUMBED = "NUMB_NONE"
_OF_INJECTION = ((ProductRole.COMPONENT, gettext_lazy("what was injected")),)
_OF_NEEDLING = (
    (ProductRole.CARTRIDGE, gettext_lazy("the cartridge with its lot")),
    (ProductRole.GLIDE, gettext_lazy("the glide product")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneEntry:
    """One side of one zone. `depth_mm` is the needle depth, whatever the family."""

    place: int
    zone: str
    side: str
    values: Mapping[str, Any]

    @property
    def depth_mm(self) -> Decimal | None:
        """Needle depth in mm."""
        for code in ("depth_mm", "rf_depth_mm", "injection_depth_mm"):
            if self.values.get(code) is not None:
                return Decimal(self.values[code])
        return None

    @property
    def volume_ml(self) -> Decimal | None:
        """Injected mL."""
        return self.values.get("vol_zone_ml")

    @property
    def name(self) -> str:
        """Zone and side, as problems name it."""
        return f"{self.zone}.{self.side}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductEntry:
    """One product used. `when` is "during" or "after" for glides and serums."""

    place: int
    role: str
    product_id: int
    lot_id: int | None
    amount: Decimal | None
    unit: str
    strength: Decimal | None
    strength_unit: str
    opened_at: datetime | None
    when: str
    has_adrenaline: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordValues:
    """A whole draft in typed values; `missing` are required fields without a value."""

    fields: Mapping[str, Any]
    zones: tuple[ZoneEntry, ...]
    products: tuple[ProductEntry, ...]
    device_id: int | None
    room_id: int | None
    assistant_id: int | None
    mixed_by_id: int | None
    note: str
    problems: tuple[Problem, ...] = field(default=())

    @property
    def components(self) -> tuple[ProductEntry, ...]:
        """What was mixed and injected."""
        return tuple(one for one in self.products if one.role == ProductRole.COMPONENT)

    @property
    def numbing_agent(self) -> str:
        """The agent's code; empty when it was not written down."""
        return str(self.fields.get("numbing_agent") or "")

    @property
    def is_numbed(self) -> bool:
        """Whether a cream was used."""
        return self.numbing_agent not in ("", NOT_NUMBED)


def kind_of(family: str) -> Tag:
    """Which record a family writes: needling, RF needling, or injections."""
    return {"MN": Tag.MN, "RFMN": Tag.RF}.get(family, Tag.MS)


def fields_for(specs: Sequence[RecordField], family: str) -> tuple[RecordField, ...]:
    """The fields of this family's record that are typed into fields (not products, photos or columns)."""
    kind = kind_of(family)
    return tuple(
        spec
        for spec in specs
        if kind in spec.records
        and spec.code not in CARRIED_ELSEWHERE
        and not spec.code.startswith("component_")
    )


def read_record(draft: Mapping[str, Any], specs: Sequence[RecordField], *, family: str) -> RecordValues:
    """The draft in typed values, with every problem of form: unreadable, out of range, missing."""
    reader = FieldReader()
    fields = fields_for(specs, family)
    typed = _mapping(draft.get("fields"))
    values = {
        spec.code: reader.value(spec, typed.get(spec.code), f"fields.{spec.code}")
        for spec in fields
        if not spec.is_per_zone
    }
    zones = tuple(_zones(reader, draft, fields))
    products = tuple(_products(reader, draft))
    read = RecordValues(
        fields=values,
        zones=zones,
        products=products,
        device_id=_id(draft.get("device")),
        room_id=_id(draft.get("room")),
        assistant_id=_id(draft.get("assistant")),
        mixed_by_id=_id(draft.get("mixed_by")),
        note=str(draft.get("note") or ""),
    )
    _require(reader, read, fields, kind_of(family))
    return RecordValues(
        **{name: getattr(read, name) for name in RecordValues.__slots__ if name != "problems"},
        problems=tuple(reader.problems),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rows(draft: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = draft.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _id(typed: Any) -> int | None:
    return int(typed) if str(typed or "").isdigit() else None


def _zones(reader: FieldReader, draft: Mapping[str, Any], fields: Sequence[RecordField]) -> list[ZoneEntry]:
    found: list[ZoneEntry] = []
    for place, row in enumerate(_rows(draft, "zones")):
        values = {
            spec.code: reader.value(spec, row.get(spec.code), f"zones.{place}.{spec.code}")
            for spec in fields
            if spec.is_per_zone
        }
        entry = ZoneEntry(
            place=place, zone=str(row.get("zone", "")), side=str(row.get("side", "M")), values=values
        )
        if any(entry.name == other.name for other in found):
            reader.refuse("twice", _("This zone is written down twice."), f"zones.{place}.zone")
        found.append(entry)
    return found


def _products(reader: FieldReader, draft: Mapping[str, Any]) -> list[ProductEntry]:
    found = []
    for place, row in enumerate(_rows(draft, "products")):
        entry = _product(reader, row, place)
        if entry is not None:
            found.append(entry)
    return found


def _product(reader: FieldReader, row: Mapping[str, Any], place: int) -> ProductEntry | None:
    at = f"products.{place}"
    role, product = str(row.get("role", "")), _id(row.get("product"))
    if role not in ProductRole.values or product is None:
        reader.refuse("product", _("Choose a product."), f"{at}.product")
        return None
    return ProductEntry(
        place=place,
        role=role,
        product_id=product,
        lot_id=_id(row.get("lot")),
        amount=_number(reader, row.get("amount"), f"{at}.amount"),
        unit=str(row.get("unit") or ""),
        strength=_number(reader, row.get("strength"), f"{at}.strength"),
        strength_unit=str(row.get("strength_unit") or ""),
        opened_at=_instant(reader, row.get("opened_at"), f"{at}.opened_at"),
        when=str(row.get("when") or "during"),
        has_adrenaline=yes_or_no(row.get("has_adrenaline")),
    )


def _number(reader: FieldReader, typed: Any, place: str) -> Decimal | None:
    if typed in (None, ""):
        return None
    try:
        number = decimal_of(typed)
    except (ValueError, InvalidOperation):
        reader.refuse("unreadable", _("“%(typed)s” is not a number.") % {"typed": str(typed)[:40]}, place)
        return None
    if number < 0:
        reader.refuse("out_of_range", _("An amount cannot be below zero."), place)
    return number


def _instant(reader: FieldReader, typed: Any, place: str) -> datetime | None:
    if typed in (None, ""):
        return None
    try:
        return instant_of(typed)
    except ValueError:
        reader.refuse("unreadable", _("“%(typed)s” is not a time.") % {"typed": str(typed)[:40]}, place)
        return None


def _require(reader: FieldReader, read: RecordValues, fields: Sequence[RecordField], kind: Tag) -> None:
    """Names every required value that is missing."""
    for spec in fields:
        wanted = spec.required == "yes" or (
            (spec.required == "if_numbed" and read.is_numbed)
            or (spec.required == "if_mixed" and len(read.components) > 1)
        )
        if not wanted:
            continue
        if not spec.is_per_zone:
            if _is_missing(read.fields.get(spec.code), spec):
                _missing(reader, spec.label, f"fields.{spec.code}")
            continue
        for zone in read.zones:
            if zone.values.get(spec.code) is None:
                _missing(reader, spec.label, f"zones.{zone.place}.{spec.code}")
    if not read.zones:
        reader.refuse("missing", _("Write down at least one zone."), "zones")
    _require_products(reader, read, kind)


def _is_missing(value: Any, spec: RecordField) -> bool:
    """No immediate reaction is a valid answer: an empty list counts there."""
    return value is None and spec.code != "immediate_events"


def _missing(reader: FieldReader, label: str, place: str) -> None:
    reader.refuse("missing", _("%(label)s is missing.") % {"label": label[:1].upper() + label[1:]}, place)


def _require_products(reader: FieldReader, read: RecordValues, kind: Tag) -> None:
    injected = kind == Tag.MS
    wanted = _OF_INJECTION if injected else _OF_NEEDLING
    roles = {one.role for one in read.products}
    for role, label in wanted:
        if role not in roles:
            _missing(reader, str(label), "products")
    if injected and len(read.components) > 1 and read.mixed_by_id is None:
        _missing(reader, _("who mixed it"), "mixed_by")
    if not injected and read.device_id is None:
        _missing(reader, _("the device"), "device")
    if not injected and read.room_id is None:
        _missing(reader, _("the room"), "room")
    for one in read.products:
        _require_of_product(reader, one)


def _require_of_product(reader: FieldReader, one: ProductEntry) -> None:
    at = f"products.{one.place}"
    tracked = one.role in (ProductRole.CARTRIDGE, ProductRole.GLIDE, ProductRole.COMPONENT)
    if tracked and one.lot_id is None:
        _missing(reader, _("the lot"), f"{at}.lot")
    if one.role == ProductRole.COMPONENT:
        if one.amount is None or one.unit not in ("mL", "mg", "IU"):
            _missing(reader, _("the amount with its unit"), f"{at}.amount")
        if one.opened_at is None:
            _missing(reader, _("when the vial was opened"), f"{at}.opened_at")
