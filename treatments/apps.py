"""Treatments."""

from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    """What care: protocols, plans, sessions, recovery."""

    name = "treatments"
    verbose_name = "Treatments"
