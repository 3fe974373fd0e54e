"""Deploy checks of our own: configuration mistakes speak before production does."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def deployed_for_real(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Links must be https, hosts must be named, and the SMS channel must reach phones."""
    found: list[CheckMessage] = []
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Error("Links in messages are not https.", hint="Set PUBLIC_URL to https://…", id="clinic.E001")
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("Any host name is accepted.", hint="Name yours in ALLOWED_HOSTS.", id="clinic.E002")
        )
    if settings.SMS_CHANNEL in {"file", "console", "memory"}:
        found.append(
            Error(
                f"SMS_CHANNEL is {settings.SMS_CHANNEL!r}: texts would never reach a phone.",
                hint="Set SMS_CHANNEL to http, twilio or vonage, and SMS_URL.",
                id="clinic.E003",
            )
        )
    return found
