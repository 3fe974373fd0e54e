"""The lowest app."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """Who, where, with what."""

    name = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        """Registers the deploy checks."""
        from clinic import checks  # noqa: F401 - checks register on import, after the apps are ready
