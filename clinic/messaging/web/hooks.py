"""Webhooks: signed, at least once in, counted once. They answer 204 for what they know, 403 for a wrong signature."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.messaging.actions.inbound import take_inbound
from clinic.messaging.actions.reports import take_report
from clinic.messaging.channels import carrier
from clinic.messaging.channels.base import BadSignature, Hook, Report
from clinic.messaging.words import Channel

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def sms(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider of texts reports a delivery, or hands over what somebody wrote."""
    current = carrier(Channel.SMS)
    if current.name != provider:
        return HttpResponse(status=404)
    try:
        told = current.parse_webhook(as_hook(request))
    except BadSignature:
        log.warning("A webhook with a wrong signature was refused", provider=provider)
        return HttpResponse(status=403)
    except (KeyError, ValueError):
        return HttpResponse(status=400)
    with transaction.atomic():
        for each in told:
            if isinstance(each, Report):
                take_report(provider, each, now=timezone.now())
            else:
                take_inbound(provider, each, now=timezone.now())
    return HttpResponse(status=204)


def as_hook(request: HttpRequest) -> Hook:
    """The request as plain values; the address is the public one that the provider signed."""
    return Hook(
        url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        form=request.POST.dict(),
        query=request.GET.dict(),
    )
