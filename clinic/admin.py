"""The operator's pages for `clinic`: stock admin, for people who run the system, not for the desk."""

from django.contrib import admin

from clinic import models

for model in (
    models.User,
    models.Membership,
    models.Location,
    models.ClinicSettings,
    models.OpeningHours,
    models.WorkingHours,
    models.Resource,
    models.Placement,
    models.Practitioner,
    models.Room,
    models.Device,
    models.DeviceModel,
    models.Patient,
    models.Registration,
):
    admin.site.register(model)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, never changed here."""

    def has_add_permission(self, request: object) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Never."""
        return False


for log in (models.AccessLog, models.Task, models.PatientLink):
    admin.site.register(log, ReadOnlyAdmin)
