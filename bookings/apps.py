"""Bookings."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """When: appointments, claims, waitlist."""

    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Makes appointments and offers known to the outbox, and listens to the facts of the app below."""
        from bookings.reminders import register_subjects

        register_subjects()
