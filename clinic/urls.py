"""Where everything is. Apps above are included by name, never imported."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
