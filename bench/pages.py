"""The front desk's pages: how long the server takes, how many round trips, how large, and whether it stays flat."""

from __future__ import annotations

import gzip
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import data, desk_data, visits
from bench.rows import Row, timed
from clinic.models import Location

TIMES = 60 if data.SCALE == 1 else 25
#: As people search: a name in any order, without accents, part of a phone, a birth date, too little, and nobody.
SEARCHES = (
    "muller zoe",
    "zoe",
    "vazquez-brandt",
    "mu",
    "okaf ley",
    "0150 0104",
    "4729",
    "1967-03-12",
    "12.03.1967",
    "nguyen ana",
    "xylophon",
    "gross ut",
)

#: The tag that a poll sends back.
SEEN = re.compile(r'name="seen" value="(\w+)"')


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    rows: list[Row] = []
    if _is_wanted("page.board", wanted) or _is_wanted("flat.board", wanted):
        rows += _board()
    if _is_wanted("page.search", wanted):
        rows += _search()
    return rows


def _is_wanted(name: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(name.startswith(one) or one.startswith(name) for one in wanted)


@contextmanager
def desk_of(place: Location) -> Iterator[Client]:
    """The front desk's browser at the instant of the question. No page is kept: a warm process draws all of it anew."""
    with patch("django.utils.timezone.now", desk_data.now):
        client = Client(HTTP_HOST="localhost")
        client.force_login(visits.desk(place))
        yield client


def seconds(work: Callable[[], object], times: int = TIMES) -> list[float]:
    """How long each of so many calls took, after two that warm up."""
    work(), work()
    return [timed(work) for _ in range(times)]


def cpu_seconds(work: Callable[[], object], times: int = 10) -> float:
    """The median of what one call costs this process: what is left when other programs crowd the machine."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return statistics.median(found)


def p95(found: list[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return statistics.quantiles(found, n=20)[-1] * 1000


def _board() -> list[Row]:
    path = f"/board/?day={data.TODAY}"
    with desk_data.use() as place, desk_of(place) as client:
        page = client.get(path)
        shown = page.content.count(b'class="appt ')
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        count = len(captured)  # now: the next request begins a new log
        work = cpu_seconds(lambda: client.get(path))
        full = seconds(lambda: client.get(path))
        poll = seconds(lambda: client.get(path, HTTP_HX_TARGET="board-body"))
        tag = SEEN.findall(client.get(path).content.decode())[0]
        same = seconds(lambda: client.get(f"{path}&seen={tag}", HTTP_HX_TARGET="board-body"))
        week = seconds(lambda: client.get(f"{path}&view=week"), times=10)
        lines = seconds(lambda: client.get(f"{path}&view=list"), times=10)
    with desk_data.use(desk_data.FEW_DAYS) as place, desk_of(place) as client:
        small = seconds(lambda: client.get(path))
    about = f"{shown} appointments"
    ratio = statistics.median(full) / statistics.median(small)
    size = len(gzip.compress(page.content, compresslevel=6)) / 1024
    return [
        Row(name="page.board", value=p95(full), unit="ms p95", limit=120, n=TIMES, data=about),
        Row(name="page.board.cpu", value=work * 1000, unit="ms", n=10, data="this process alone"),
        Row(name="page.board.poll", value=p95(poll), unit="ms p95", n=TIMES, data="something changed"),
        Row(name="page.board.unchanged", value=p95(same), unit="ms p95", n=TIMES, data="304"),
        Row(name="page.board.week", value=p95(week), unit="ms p95", n=10, data="one practitioner"),
        Row(name="page.board.list", value=p95(lines), unit="ms p95", n=10, data=about),
        Row(name="page.board.queries", value=count, unit="queries", limit=15, data=about),
        Row(
            name="page.board.size",
            value=size,
            unit="KB gzip",
            limit=150,
            data=f"{len(page.content) // 1024} KB",
        ),
        Row(
            name="flat.board",
            value=statistics.median(full) * 1000,
            unit="ms",
            ratio=ratio,
            limit=1.3,
            n=TIMES,
        ),
    ]


def _search() -> list[Row]:
    with desk_data.use() as place, desk_of(place) as client:
        words = cycle(SEARCHES)
        found = seconds(lambda: client.get("/search/", {"q": next(words)}), times=len(SEARCHES) * 10)
        slowest = max(
            (statistics.median(seconds(lambda: client.get("/search/", {"q": one}), times=3)), one)  # noqa: B023
            for one in SEARCHES
        )
    about = f"slowest: “{slowest[1]}” {slowest[0] * 1000:.0f} ms"
    return [Row(name="page.search", value=p95(found), unit="ms p95", limit=150, n=len(found), data=about)]
