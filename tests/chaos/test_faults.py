"""Break everything that can break, and count (docs/reliability.md). `make chaos` runs all of it; the suite a part."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from clinic.messaging import faults as points
from tests.chaos import faults, report
from tests.chaos.harness import Rig, own_rig

#: How often `make chaos` runs each fault; CHAOS_RUNS changes it.
RUNS = int(os.environ.get("CHAOS_RUNS", "20"))


@pytest.fixture(scope="module", params=["http", "batches", "twilio"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Our own servers: a provider that can be asked, one that takes many, and one that knows nothing."""
    with own_rig(tmp_path_factory.mktemp("chaos"), shape=request.param) as made:
        yield made


@pytest.mark.chaos
@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_and_nothing_is_said_twice(rig: Rig, fault: faults.Fault) -> None:
    seen = report.Seen(fault.name, rig.shape, fault.expected)
    for _run in range(RUNS):
        before, begun = len(rig.accepted()), time.monotonic()
        fault.run(rig)
        rig.behave("ok")
        seen.add(rig.accepted()[before:], time.monotonic() - begun)
    report.keep(seen)


@pytest.fixture
def short_rig(transactional_db: None, tmp_path: Path) -> Iterator[Rig]:
    """One worker and one beat on the suite's own database and broker."""
    config: dict[str, Any] = connection.settings_dict
    place = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(place._replace(path=f"/{config['NAME']}"))
    broker = urlunsplit(urlsplit(os.environ["CELERY_BROKER_URL"])._replace(path="/7"))
    with ExitStack() as stack:
        made = Rig(database, broker, tmp_path, stack, shape="twilio")
        made.start_worker()
        made.start_beat()
        yield made
        made.rows("DROP TABLE IF EXISTS chaos_visit")


@pytest.mark.journey
@pytest.mark.slow
def test_crashes_a_wiped_broker_and_a_silent_provider_in_short(short_rig: Rig) -> None:
    faults.crash_at(points.AFTER_CLAIM)(short_rig)
    faults.crash_at(points.AFTER_ACCEPT)(short_rig)
    faults.flush_the_broker(short_rig)
    faults.provider_is("drop", doubt=True)(short_rig)
    short_rig.behave("ok")
    faults.cancel_races_the_send(short_rig)
    faults.healing_finds_nothing(short_rig)
