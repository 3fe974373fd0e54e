"""What providers call."""

from django.urls import URLPattern

app_name = "messaging_hooks"
urlpatterns: list[URLPattern] = []
