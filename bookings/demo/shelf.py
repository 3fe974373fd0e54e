"""The stock of the demo clinic: lots in use, one that expires soon, one that is used up, one in quarantine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from bookings.demo.world import Place
from treatments.models import Lot, Product

_FILE = Path(__file__).parent / "stock.toml"
_LETTERS = "ABCDEFGHJKLMN"


def products() -> list[Product]:
    """The products, made once for both places."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["products"]
    return [
        Product.objects.get_or_create(
            name=row["name"],
            defaults={
                "maker": row["maker"],
                "role": row["role"],
                "product_class": row.get("class", ""),
                "unit": row["unit"],
                "strength": Decimal(row["strength"]) if "strength" in row else None,
            },
        )[0]
        for row in rows
    ]


def receive(place: Place, *, now: datetime) -> None:
    """Fills the shelf: of each product a lot in use and a spare one."""
    for number, product in enumerate(products()):
        letter = _LETTERS[number]
        for spare in (0, 1):
            _lot(
                place,
                product,
                f"{letter}{now:%y}{place.location.pk}{spare + 1:02d}",
                place.today + timedelta(days=240 + 40 * number + 200 * spare),
                now=now,
            )


def _lot(
    place: Place, product: Product, number: str, expires_on: date, *, now: datetime, amount: int = 500
) -> Lot:
    return Lot.objects.create(
        product=product,
        location=place.location,
        number=number,
        expires_on=expires_on,
        received_at=now,
        received_by=place.desk,
        received_amount=amount,
    )


def troubles(place: Place, *, now: datetime) -> None:
    """What a stock page must be able to show: about to expire, expired, and held back after a maker's notice."""
    cartridge, glide, acid = (
        Product.objects.get(name__startswith=name) for name in ("Sterile", "Hyaluron g", "Hyaluronic")
    )
    _lot(place, acid, f"X{place.location.pk}71", place.today + timedelta(days=9), now=now, amount=20)
    _lot(place, glide, f"X{place.location.pk}64", place.today - timedelta(days=4), now=now, amount=12)
    held = _lot(
        place, cartridge, f"X{place.location.pk}58", place.today + timedelta(days=300), now=now, amount=60
    )
    held.quarantined_at, held.quarantined_by = now + timedelta(days=2), place.lead.user
    held.save(update_fields=["quarantined_at", "quarantined_by"])


@dataclass(frozen=True)
class Shelf:
    """The lots that practitioners reach for."""

    place: Place

    @cached_property
    def _lots(self) -> list[Lot]:
        rows = Lot.objects.filter(location=self.place.location, quarantined_at=None, received_amount=500)
        return list(rows.select_related("product").order_by("expires_on"))

    def lot(self, name: str, *, on: date) -> Lot:
        """The lot of a product that expires first, of those that have not expired."""
        return next(lot for lot in self._lots if lot.product.name.startswith(name) and lot.expires_on >= on)

    def of_class(self, product_class: str) -> Product:
        """The product of a mixture class."""
        return next(lot.product for lot in self._lots if lot.product.product_class == product_class)
