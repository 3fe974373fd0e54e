"""The API of treatments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
