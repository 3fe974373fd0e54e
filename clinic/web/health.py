"""`/health/live`: the process answers. `/health/ready`: database, broker and the age of the last tick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

#: Older than this, the message engine counts as asleep.
TICK_IS_LATE_AFTER_SECONDS = 120


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "alive"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when people can work: the database answers. Broker and tick are told, but do not stop the desk."""
    checks = {"database": _database(), "broker": _broker(), "tick": _tick()}
    is_ready = checks["database"]["ok"]
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )


def _answer(ask: Callable[[], Any], *errors: type[Exception]) -> dict[str, Any]:
    try:
        ask()
    except errors as error:
        return {"ok": False, "problem": type(error).__name__}
    return {"ok": True}


def _database() -> dict[str, Any]:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return _answer(ask, DatabaseError)


def _broker() -> dict[str, Any]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        return _answer(client.ping, redis.RedisError, OSError)
    finally:
        client.close()


def _tick() -> dict[str, Any]:
    """Seconds since the message engine last ran, from the row that it writes."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(beaten_at) FROM messaging_heartbeat")
            row = cursor.fetchone()
    except DatabaseError as error:
        return {"ok": False, "problem": type(error).__name__}
    if row is None or row[0] is None:
        return {"ok": False, "problem": "no tick yet"}
    age = int((timezone.now() - row[0]).total_seconds())
    return {"ok": age <= TICK_IS_LATE_AFTER_SECONDS, "age_seconds": age}
