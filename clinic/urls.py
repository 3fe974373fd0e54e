"""Where everything is. Apps above are included by name, never imported."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic.base import RedirectView

from clinic import links
from clinic.web import health, home

handler400 = "clinic.web.errors.bad_request"

api: list[URLPattern | URLResolver] = [
    path("", include("bookings.api.urls")),
    path("", include("treatments.api.urls")),
    path("", include("clinic.api.urls")),
]

patient: list[URLPattern | URLResolver] = [
    path("birth-date/", links.prove_birth_date, name="patient-birth-date"),
    path("", include("bookings.web.patient_urls")),
    path("", include("treatments.web.patient_urls")),
    path("", include("clinic.messaging.web.patient_urls")),
    path("<str:token>/", links.enter, name="patient-link"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("account/", include("allauth.urls")),
    path("p/", include(patient)),
    path("api/v1/", include(api)),
    path("api/", include("clinic.api.schema_urls")),
    path("messages/", include("clinic.messaging.web.urls")),
    path("hooks/", include("clinic.messaging.web.hook_urls")),
    path("", include("clinic.web.urls")),
    path("", include("treatments.web.urls")),
    path("", include("bookings.web.urls")),
    path("operator/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}clinic/icon.svg")),
]

if settings.IS_DEMO or settings.IS_TEST:
    from clinic.web.styleguide import styleguide

    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
