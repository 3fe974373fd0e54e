"""Patient pages of bookings, behind a link."""

from django.urls import URLPattern

app_name = "bookings_p"
urlpatterns: list[URLPattern] = []
