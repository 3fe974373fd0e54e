"""When: appointments, claims, waitlist."""

from bookings.models.appointments import Appointment, AppointmentStatusChange, During
from bookings.models.claims import Claim
from bookings.models.waitlist import (
    WaitlistEntry,
    WaitlistEntryStatusChange,
    WaitlistOffer,
    WaitlistOfferStatusChange,
)

__all__ = [
    "Appointment",
    "AppointmentStatusChange",
    "Claim",
    "During",
    "WaitlistEntry",
    "WaitlistEntryStatusChange",
    "WaitlistOffer",
    "WaitlistOfferStatusChange",
]
