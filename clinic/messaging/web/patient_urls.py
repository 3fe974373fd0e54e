"""Under /p/: the page behind "no more e-mails of this kind"."""

from django.urls import path

from clinic.messaging.web import unsubscribe

app_name = "messaging_p"
urlpatterns = [path("unsubscribe/<str:told>/", unsubscribe.unsubscribe, name="unsubscribe")]
