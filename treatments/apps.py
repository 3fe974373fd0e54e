"""Treatments."""

from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    """What care: protocols, plans, sessions, recovery."""

    name = "treatments"
    verbose_name = "Treatments"

    def ready(self) -> None:
        """Tells the outbox what sessions, checks and plans have to say."""
        from treatments.reminders import register_subjects

        register_subjects()
