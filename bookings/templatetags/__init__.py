"""Template words of bookings."""
