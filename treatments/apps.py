"""Treatments."""

from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    """What care: protocols, plans, sessions, recovery."""

    name = "treatments"
    verbose_name = "Treatments"

    def ready(self) -> None:
        """Tells the outbox what sessions, checks and plans have to say, and which words tell too much."""
        from clinic.messaging.linting import register_forbidden_words
        from treatments.neutral_words import telling_words
        from treatments.reminders import register_subjects

        register_forbidden_words(telling_words)
        register_subjects()
