"""The products of a record as rows: the mixture's components, and everything else with its lot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from clinic.models import Location
from treatments.definitions import MixtureTemplate
from treatments.models import Product
from treatments.queries.catalogue import shared
from treatments.queries.stock import StockLine, stock_at
from treatments.web.record_drafts import wall_time
from treatments.web.record_form import EMPTY_PRODUCTS, Found, Said
from treatments.words import ProductRole

UNITS = ("mL", "mg", "IU", "g", "piece")
STRENGTH_UNITS = ("mg/mL", "%", "IU/mL", "ug/mL")


@dataclass
class ProductRow:
    """One product used. `at` is its place in the draft, which problems name."""

    place: int
    at: int | None
    values: Mapping[str, Any]
    opened_at: str
    problems: list[tuple[str, Said]] = field(default_factory=list)

    @property
    def role(self) -> str:
        """How it was used."""
        return str(self.values.get("role", ""))

    @property
    def product(self) -> str:
        """The product's id as typed."""
        return str(self.values.get("product") or "")

    @property
    def lot(self) -> str:
        """The lot's id as typed."""
        return str(self.values.get("lot") or "")


def product_rows(
    draft: Mapping[str, Any], found: Found, *, zone: ZoneInfo, mixes: bool
) -> dict[str, list[ProductRow]]:
    """`mixture` and `others`, each with an empty row at its end."""
    rows = [_row(at, values, found, zone) for at, values in enumerate(draft.get("products") or [])]
    mixture = [row for row in rows if row.role == ProductRole.COMPONENT]
    others = [row for row in rows if row.role != ProductRole.COMPONENT]
    place = len(rows)
    for number in range(EMPTY_PRODUCTS):
        others.append(ProductRow(place + number, None, {"role": _usual_role(mixes, number)}, ""))
        if mixes and number == 0:
            mixture.append(ProductRow(place + 100 + number, None, {"role": ProductRole.COMPONENT}, ""))
    return {"mixture": mixture, "others": others}


def _usual_role(mixes: bool, number: int) -> str:
    """What an empty row is for at first: a cartridge and then a glide where skin is needled, else the needle."""
    if mixes:
        return str(ProductRole.NEEDLE)
    return str(ProductRole.CARTRIDGE if number == 0 else ProductRole.GLIDE)


def _row(at: int, values: Mapping[str, Any], found: Found, zone: ZoneInfo) -> ProductRow:
    own = f"products.{at}."
    problems = [
        (key.removeprefix(own), said) for key, lines in found.items() if key.startswith(own) for said in lines
    ]
    return ProductRow(at, at, values, wall_time(values.get("opened_at"), zone), problems)


def lots_for(location: Location, draft: Mapping[str, Any], *, on: date) -> list[StockLine]:
    """Lots that may be logged here today, and those that the draft names already."""
    named = {str(row.get("lot")) for row in draft.get("products") or []}
    return [line for line in stock_at(location, on=on) if line.is_usable or str(line.lot.pk) in named]


def from_template(template: MixtureTemplate, *, alone: bool) -> list[dict[str, Any]]:
    """Rows for a mixture of catalogue 2.8: a product of each class on file; the prescriber fills in amounts."""
    wanted = template.alone if alone else template.components
    products: dict[str, Product] = {}
    for product in Product.objects.in_use().filter(role=ProductRole.COMPONENT).order_by("-pk"):
        products[product.product_class] = product
    rows = []
    for component in wanted:
        found = products.get(component.mixture_class)
        if found is not None and not component.is_optional:
            rows.append({"role": str(ProductRole.COMPONENT), "product": str(found.pk), "unit": found.unit})
    return rows


def templates_of(mixtures: Sequence[MixtureTemplate]) -> list[tuple[str, str]]:
    """What may be started from: the value of the button and its words."""
    found = []
    for one in mixtures:
        found.append((one.code, _named(c.mixture_class for c in one.components if not c.is_optional)))
        if one.alone:
            found.append((f"{one.code}:alone", _named(c.mixture_class for c in one.alone)))
    return found


def _named(classes: Iterable[str]) -> str:
    """ "non-cross-linked HA + multivitamin": the first example of each class."""
    words = {row.code: row.examples.partition(",")[0].partition(" (")[0] for row in shared().mixture_classes}
    return " + ".join(words.get(code, code) for code in classes)
