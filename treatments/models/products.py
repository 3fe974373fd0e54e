"""Products, lots and their movements: stock is counted from facts (P4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from treatments.words import ProductRole


class ProductQuerySet(models.QuerySet["Product"]):
    """Which products."""

    def in_use(self) -> ProductQuerySet:
        """Products that may be used in a session."""
        return self.filter(is_active=True)


@tracked()
class Product(models.Model):
    """Something used up in a session: a cartridge, a glide, a mixture component."""

    name = models.CharField(_("name"), max_length=120)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    role = models.CharField(_("used as"), max_length=12, choices=ProductRole)
    #: Catalogue mixture class (2.8), serum class (2.4) or numbing agent (2.7); drives allergy checks.
    product_class = models.CharField(_("class"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=12, default="piece")
    #: mg per mL, where the class has a strength.
    strength = models.DecimalField(_("strength"), max_digits=9, decimal_places=3, null=True, blank=True)
    udi = models.CharField(_("UDI"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_component(self) -> bool:
        """Whether it is injected as part of a mixture."""
        return self.role == ProductRole.COMPONENT


class LotQuerySet(models.QuerySet["Lot"]):
    """Which lots."""

    def at(self, location: Any) -> LotQuerySet:
        """Lots kept at a location."""
        return self.filter(location=location)

    def usable(self, on: date) -> LotQuerySet:
        """Lots that are neither expired on a day nor quarantined."""
        return self.filter(expires_on__gte=on, quarantined_at__isnull=True)


@tracked()
class Lot(models.Model):
    """One batch of a product at a location."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(_("lot number"), max_length=60)
    expires_on = models.DateField(_("expires on"))
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    received_amount = models.DecimalField(_("received"), max_digits=10, decimal_places=3)
    quarantined_at = models.DateTimeField(null=True, blank=True)
    quarantined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["product", "location", "number"], name="lot_number_known_once"),
            models.CheckConstraint(condition=Q(received_amount__gt=0), name="lot_received_something"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.number}"
