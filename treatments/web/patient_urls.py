"""Patient pages of treatments, behind a link."""

from django.urls import URLPattern

app_name = "treatments_p"
urlpatterns: list[URLPattern] = []
