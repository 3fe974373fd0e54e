"""Where providers report back: under /hooks/."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from clinic.messaging.web import hooks

app_name = "hooks"
urlpatterns: list[URLPattern | URLResolver] = [path("sms/<slug:provider>/", hooks.sms, name="sms")]
# Without a secret of its own nobody's word about an e-mail is taken: anymail checks it, and the provider's signature.
if settings.EMAIL_PROVIDER and settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("email/", include("anymail.urls")))
