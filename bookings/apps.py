"""Bookings."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """When: appointments, claims, waitlist."""

    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        """Makes appointments and offers known to the outbox, and listens to the facts of the app below."""
        from bookings import receivers  # noqa: F401 - receivers connect on import, after the apps are ready
        from bookings.care import anchors_of
        from bookings.jobs import register_jobs
        from bookings.outside import left_by, would_be_outside
        from bookings.reminders import register_subjects
        from bookings.replies import register_replies
        from clinic.touched import tell_outside
        from treatments.booked import tell_booked_days

        tell_booked_days(anchors_of)
        tell_outside(hours=would_be_outside, leaving=left_by)
        register_subjects()
        register_replies()
        register_jobs()
