"""Staff pages under /messages/."""

from django.urls import URLPattern

app_name = "messaging"
urlpatterns: list[URLPattern] = []
