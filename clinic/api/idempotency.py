"""`Idempotency-Key`: a creating request that is sent twice is carried out once.

The key is taken in the transaction of the change, so both are kept or neither. Kept are the answer's status and the
ids of what was made, for 24 hours: a replay shows those things as they are now.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from clinic.errors import DomainError
from clinic.models import IdempotencyKey
from clinic.prepared import prepared_write

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
LONGEST = 100

_TAKE = """
    INSERT INTO clinic_idempotencykey AS known
           (user_id, key, fingerprint, status, result_type, result_ids, created_at)
    VALUES (%(user)s, %(key)s, %(fingerprint)s, 0, '', '[]', %(now)s)
    ON CONFLICT (user_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status = 0, result_type = '', result_ids = '[]',
           created_at = excluded.created_at
     WHERE known.created_at <= %(cutoff)s
    RETURNING id
"""

_KEEP = """
    UPDATE clinic_idempotencykey SET status = %(status)s, result_type = %(type)s, result_ids = %(ids)s::jsonb
     WHERE id = %(key)s RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Replay:
    """What an earlier request with the same key answered and made."""

    status: int
    result_type: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A key that this request may use; None as id when the client sent no key."""

    pk: int | None

    def keep(self, *, status: int, result_type: str, ids: list[int]) -> None:
        """Remembers the answer; to be called at the end of the same transaction."""
        if self.pk is not None:
            facts = {"status": status, "type": result_type, "ids": json.dumps(ids), "key": self.pk}
            prepared_write(_KEEP, facts)


def take(request: Request, *, now: datetime) -> Key | Replay:
    """Takes the request's key inside the caller's transaction; the replay when it was carried out before.

    A second request with the same key waits here until the first one is decided. The same key with another
    request is refused with 422.
    """
    name = key_of(request)
    if name is None:
        return Key(None)
    fingerprint = fingerprint_of(request)
    facts = {
        "user": request.user.pk,
        "key": name,
        "fingerprint": fingerprint,
        "now": now,
        "cutoff": now - KEPT_FOR,
    }
    taken = prepared_write(_TAKE, facts)
    return Key(taken[0][0]) if taken else _replay(request.user.pk, name, fingerprint)


def key_of(request: Request) -> str | None:
    """The key that the client sent; 400 when it is empty, too long or not plain text."""
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not 0 < len(name) <= LONGEST or not name.isascii() or not name.isprintable():
        raise ValidationError({HEADER: [_("Send 1 to 100 plain characters.")]})
    return name


def fingerprint_of(request: Request) -> str:
    """The method, the address and the body as one hash; the order of the body's fields does not matter."""
    told = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {told}".encode()).hexdigest()


def _replay(user: Any, name: str, fingerprint: str) -> Replay:
    known = IdempotencyKey.objects.get(user=user, key=name)
    if known.fingerprint != fingerprint:
        raise DomainError(
            "idempotency_key_reused", _("This Idempotency-Key was used for another request already.")
        )
    return Replay(known.status, known.result_type, tuple(known.result_ids))


def forget_old_keys(*, now: datetime) -> int:
    """Deletes keys older than a day; gives how many."""
    deleted, _by_model = IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return deleted
