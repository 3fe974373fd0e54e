"""Patient pages of bookings, behind a link."""

from django.urls import path

from bookings.web import patient_pages

app_name = "bookings_p"
urlpatterns = [
    path("appointment/", patient_pages.appointment, name="appointment"),
    path("appointment/confirm/", patient_pages.confirm, name="confirm"),
    path("appointment/change/", patient_pages.change, name="change"),
    path("appointment/cancel/", patient_pages.cancel, name="cancel"),
    path("appointment/calendar.ics", patient_pages.calendar, name="calendar"),
]
