"""The API of `clinic`. Patients are read here; what changes them is in the apps above or on pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
