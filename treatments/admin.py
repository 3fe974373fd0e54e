"""The operator's pages for `treatments`: products are kept here; everything clinical is shown and never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from treatments import models


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, never changed by hand: the actions keep facts, signatures and messages together."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(models.Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is used up in sessions."""

    list_display = ("name", "maker", "role", "product_class", "unit", "strength", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "maker", "udi")


@admin.register(models.TreatmentPlan)
class TreatmentPlanAdmin(ReadOnlyAdmin):
    """Plans by location and status."""

    list_display = ("title", "patient", "location", "status", "created_at")
    list_filter = ("status", "location")
    list_select_related = ("patient", "location")


@admin.register(models.SessionRecord)
class SessionRecordAdmin(ReadOnlyAdmin):
    """Records by status."""

    list_display = ("session", "practitioner", "status", "signed_at", "signed_by")
    list_filter = ("status",)
    list_select_related = ("session__plan", "practitioner__resource", "signed_by")


@admin.register(models.RecoveryCheck)
class RecoveryCheckAdmin(ReadOnlyAdmin):
    """Checks by status and grade."""

    list_display = ("session", "code", "due_at", "status", "grade", "urgency")
    list_filter = ("status", "grade", "urgency")
    list_select_related = ("session__plan",)


@admin.register(models.AdverseReaction)
class AdverseReactionAdmin(ReadOnlyAdmin):
    """Reactions by status."""

    list_display = ("code", "plan", "severity", "onset_on", "status")
    list_filter = ("status", "severity", "code")
    list_select_related = ("plan",)


for shown in (
    models.Protocol,
    models.ProtocolVersion,
    models.CatalogueEntry,
    models.ValueCheck,
    models.TreatmentSession,
    models.Screening,
    models.EarlierTreatment,
    models.PatchTest,
    models.SignOff,
    models.Consent,
    models.ConsentText,
    models.Lot,
    models.AftercareGiven,
    models.Outcome,
):
    admin.site.register(shown, ReadOnlyAdmin)
