"""Loading the catalogue: once, again, and after its files have changed."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from treatments.catalogue.layout import FOLDER
from treatments.models import CatalogueEntry, Protocol, ProtocolVersion
from treatments.words import VersionStatus

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
