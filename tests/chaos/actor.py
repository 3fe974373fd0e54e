"""The clinic's side of a fault run, in a process of its own: reads one JSON order per line, answers with one.

plan, cancel, move, wake (the second driver's tick), drain_at, heal, report (the provider's webhook): each what a
request or a command would do.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.chaos.engine import TABLE, Visits

from django.conf import settings  # isort: skip - Django is set up by the line above
from django.db import close_old_connections, connection, transaction  # isort: skip
from django.test import Client  # isort: skip
from django.urls import reverse  # isort: skip
from django.utils import timezone  # isort: skip

from clinic.messaging import waking
from clinic.messaging.actions.outbox import reconcile, withdraw
from clinic.messaging.channels import carrier
from clinic.messaging.engine.drain import drain
from clinic.messaging.healing import heal
from clinic.messaging.models import Message
from clinic.messaging.words import Channel
from clinic.models import Patient
from tests.factories import LocationFactory, PatientFactory

subject = Visits()


def prepare() -> None:
    """Table, a place and a patient; once."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    if not Patient.objects.exists():
        PatientFactory(at=LocationFactory(), email="")


def plan(count: int, at_most_once: bool = False, in_seconds: float = 0) -> list[int]:
    """New visits whose message is due at once; gives the messages' numbers."""
    made = []
    patient = Patient.objects.get()
    due_at = timezone.now() + timedelta(seconds=in_seconds)
    for _each in range(count):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO chaos_visit (patient_id, location_id, due_at, at_most_once) "
                    "VALUES (%s, %s, %s, %s) RETURNING id",
                    [patient.pk, patient.locations.get().pk, due_at, at_most_once],
                )
                pk = cursor.fetchone()[0]
            visit = subject.load(pk)
            assert visit is not None
            reconcile("chaos", visit, now=timezone.now())
        made.append(Message.objects.about("chaos", pk).get().pk)
    return made


def cancel(messages: list[int]) -> int:
    """Cancels the visits of these messages, one by one; gives how many were still unsent."""
    count = 0
    for pk in Message.objects.filter(pk__in=messages).values_list("subject_id", flat=True):
        with transaction.atomic():
            _change(pk, "is_cancelled = true")
            count += withdraw("chaos", pk, now=timezone.now())
    return count


def move(messages: list[int]) -> list[int]:
    """Moves the visits by a second, one by one; gives the messages of the new times."""
    moved: list[int] = []
    for pk in Message.objects.filter(pk__in=messages).values_list("subject_id", flat=True):
        with transaction.atomic():
            _change(pk, "due_at = due_at + interval '1 second', version = version + 1")
            visit = subject.load(pk)
            assert visit is not None
            reconcile("chaos", visit, now=timezone.now())
        moved += Message.objects.about("chaos", pk).exclude(pk__in=messages).values_list("pk", flat=True)
    return moved


def wake() -> dict[str, int]:
    """One tick of the second driver."""
    return dict(waking.wake())


def drain_at(hours: float) -> dict[str, int]:
    """A pass whose instant is off by hours."""
    return dict(drain(now=timezone.now() + timedelta(hours=hours)))


def healed() -> dict[str, int]:
    """The hourly healing, now."""
    return dict(heal(timezone.now() - timedelta(hours=1)))


def report(told: list[dict[str, Any]], status: str, is_signed: bool = True) -> list[int]:
    """The provider's webhook says what became of these texts; gives our answers."""
    return [_reported(line, status, is_signed) for line in told]


def _reported(line: dict[str, Any], status: str, is_signed: bool) -> int:
    provider: Any = carrier(Channel.SMS)
    path = reverse("hooks:sms", args=[provider.name])
    if provider.name == "twilio":
        path += f"?message={line['key'].removeprefix('message-')}"
        form = {"MessageSid": line["id"], "MessageStatus": status}
        body, kind = urlencode(form), "application/x-www-form-urlencoded"
        header, signature = "x-twilio-signature", provider.signature(f"{settings.PUBLIC_URL}{path}", form)
    else:
        body = json.dumps({**line, "id": f"{line['id']}:{status}", "reference": line["id"], "status": status})
        kind, secret = "application/json", provider.endpoint.options["webhook_secret"]
        digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        header, signature = "x-signature", f"sha256={digest}"
    headers = {header: signature if is_signed else "forged"}
    return Client().post(path, body, content_type=kind, headers=headers).status_code


def _change(pk: int, setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE chaos_visit SET {setting} WHERE id = %s", [pk])


ORDERS: dict[str, Callable[..., Any]] = {
    "plan": plan,
    "cancel": cancel,
    "move": move,
    "wake": wake,
    "drain_at": drain_at,
    "heal": healed,
    "report": report,
}


def obey(line: str) -> Any:
    """Carries out one order; what went wrong is an answer too."""
    order = json.loads(line)
    close_old_connections()
    try:
        return {"done": ORDERS[order.pop("do")](**order)}
    except Exception as error:  # the other side decides what a failure means
        connection.close()
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    prepare()
    sys.stdout.write(json.dumps({"done": "ready"}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(line)) + "\n")
        sys.stdout.flush()
