"""Bookings."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """When: appointments, claims, waitlist."""

    name = "bookings"
    verbose_name = "Bookings"
