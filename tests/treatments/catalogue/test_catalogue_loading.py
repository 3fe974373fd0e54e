"""Loading the catalogue: once, again, and after its files have changed."""

from io import StringIO

import pytest
from django.core.management import call_command

from treatments.models import Protocol, ProtocolVersion

pytestmark = pytest.mark.django_db


def said(*arguments: object) -> str:
    out = StringIO()
    call_command("load_catalogue", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_load_gives_every_protocol_one_active_version() -> None:
    said()

    active = ProtocolVersion.objects.active()
    assert (Protocol.objects.count(), active.count()) == (21, 21)
    assert not Protocol.objects.filter(is_on=True).exists()
