"""Patient pages of messages."""

from django.urls import URLPattern

app_name = "messaging_p"
urlpatterns: list[URLPattern] = []
