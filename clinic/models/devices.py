"""Device models and single devices."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models.resources import Resource
from clinic.words import DeviceKind


@tracked()
class DeviceModel(models.Model):
    """A type of machine: what it is and how deep it can go."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=DeviceKind)
    maker = models.CharField(_("maker"), max_length=80, blank=True)
    #: Deepest needle setting in mm, from the maker's label; empty when it has no needles.
    max_depth_mm = models.DecimalField(
        _("deepest setting"), max_digits=4, decimal_places=2, null=True, blank=True
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_depth_mm__isnull=True) | Q(max_depth_mm__gt=0),
                name="device_depth_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Device(models.Model):
    """One machine, with its serial number and last service."""

    resource = models.OneToOneField(
        Resource, primary_key=True, on_delete=models.CASCADE, related_name="device"
    )
    model = models.ForeignKey(DeviceModel, on_delete=models.PROTECT, related_name="devices")
    serial_number = models.CharField(_("serial number"), max_length=60)
    serviced_on = models.DateField(_("last service"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model", "serial_number"], name="device_serial_number_known_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} ({self.serial_number})"
