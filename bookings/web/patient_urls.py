"""Patient pages of bookings, behind a link."""

from django.urls import path

from bookings.web import patient_offers, patient_pages, patient_questions

app_name = "bookings_p"
urlpatterns = [
    path("questions/", patient_questions.questions, name="questions"),
    path("questions/scores/", patient_questions.scores, name="scores"),
    path("appointment/", patient_pages.appointment, name="appointment"),
    path("appointment/confirm/", patient_pages.confirm, name="confirm"),
    path("appointment/change/", patient_pages.change, name="change"),
    path("appointment/cancel/", patient_pages.cancel, name="cancel"),
    path("appointment/calendar.ics", patient_pages.calendar, name="calendar"),
    path("offer/", patient_offers.offer, name="offer"),
    path("offer/accept/", patient_offers.accept, name="offer-accept"),
    path("offer/decline/", patient_offers.decline, name="offer-decline"),
]
