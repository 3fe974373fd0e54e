"""Where providers report back: under /hooks/."""

from django.urls import path

from clinic.messaging.web import hooks

app_name = "hooks"
urlpatterns = [path("sms/<slug:provider>/", hooks.sms, name="sms")]
