"""Booking and searching over HTTP, against bare views on the same server: gunicorn with two workers."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

from django.db import connection
from django.db.models import Max

from bench import data, visits
from bench.rows import Row
from bookings.models import Appointment
from clinic.api.authentication import token_hash
from clinic.models import ApiToken, Location

CLIENTS = (1, 4, 16)
#: Each number of clients is asked in so many short rounds, ours and the bare view in turn: in one round all clients may
#: have met the same worker, which halves what is served.
ROUNDS, SECONDS = (15, 0.5) if data.SCALE == 1 else (5, 0.6)
TOKEN = "bench"
#: So many sessions are prepared: enough for every request of a run.
SESSIONS = max(int(15000 * data.SCALE), 2000)
Request = tuple[str, str, bytes]


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    if wanted and not any("http.".startswith(one) or one.startswith("http") for one in wanted):
        return []
    with data.use(data.SMALL) as place:
        prepare(place)
        posts = iter(list(_posts(place)))  # a list's iterator may be shared by threads, a generator's may not
        with server(connection.settings_dict["NAME"]) as port:
            return [*_availability(port), *_book(port, posts)]


def prepare(place: Location) -> None:
    """A token of the front desk."""
    user = visits.desk(place)
    ApiToken.objects.get_or_create(
        token_hash=token_hash(TOKEN), defaults={"user": user, "created_at": data.now()}
    )


def _availability(port: int) -> Iterator[Row]:
    """Ten practitioners, five rooms, three devices, thirty days; every start is asked for and given."""
    place = data.pool_place()
    visits.desk(place)
    session = visits.sessions(place, 1)[0]
    day = data.TODAY + timedelta(days=14)
    path = f"/api/v1/availability/?session={session}&first_day={day}&days=30&limit=1000"
    answer = fetch(port, ("GET", path, b""))
    size, found = len(answer), len(json.loads(answer)["slots"])
    if not found:
        raise RuntimeError("the question that is measured has no answer")
    bare = f"/bare/rows/?days=30&first_day={day}&size={size}"
    told = f"{found} starts, {size} bytes"
    yield from _rows("http.availability", port, lambda: ("GET", path, b""), lambda: ("GET", bare, b""), told)


def _book(port: int, posts: Iterator[Request]) -> Iterator[Row]:
    numbers = count()

    def bare() -> Request:
        body = {"key": f"bare-{time.time_ns()}-{next(numbers)}", "fingerprint": "f", "status": 201}
        return "POST", "/bare/create/", json.dumps(body).encode()

    yield from _rows("http.book", port, lambda: next(posts), bare, "3 resources, 10 messages")


def _posts(place: Location) -> Iterator[Request]:
    """A fresh session at a fresh time for each request."""
    ids = visits.sessions(place, SESSIONS)
    last = Appointment.objects.filter(treatment_session__isnull=False).aggregate(last=Max("starts_at"))[
        "last"
    ]
    offset = (last - visits.FIRST).days + 1 if last else 1  # days that an earlier run used stay behind
    for number, (session, (start, chosen)) in enumerate(
        zip(ids, visits.fresh_times(place, day=offset), strict=False)
    ):
        body = {"session": session, "starts_at": start.isoformat(), "assignment": chosen}
        yield f"POST {number}", "/api/v1/appointments/", json.dumps(body).encode()


def _rows(
    name: str, port: int, ours: Callable[[], Request], bare: Callable[[], Request], told: str
) -> Iterator[Row]:
    """Requests a second at each number of clients, when both workers are warm; the limit counts at four.

    The tables are analysed once, as autovacuum does in any clinic that is open: a plan that was made while a table was
    empty reads all of it for each foreign key.
    """
    for request in (bare, ours):
        throughput(port, request, clients=8)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for clients in CLIENTS:
        rounds = [
            (throughput(port, bare, clients), throughput(port, ours, clients)) for _round in range(ROUNDS)
        ]
        yardstick, measured = (statistics.median(column) for column in zip(*rounds, strict=True))
        yield Row(
            name=f"{name}.{clients}",
            value=measured,
            unit="req/s",
            ratio=measured / yardstick,
            n=ROUNDS,
            limit=0.5 if clients == 4 else None,
            at_least=True,
            data=f"bare {yardstick:.0f} req/s; {told}",
        )


def throughput(port: int, request: Callable[[], Request], clients: int) -> float:
    """Requests a second that so many clients get answered, each on one kept connection."""
    end = time.perf_counter() + SECONDS

    def ask(_number: int) -> int:
        channel = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        done = 0
        while time.perf_counter() < end:
            fetch_on(channel, request())
            done += 1
        channel.close()
        return done

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(ask, range(clients))) / SECONDS


def fetch(port: int, request: Request) -> bytes:
    """One request on a connection of its own."""
    channel = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        return fetch_on(channel, request)
    finally:
        channel.close()


def fetch_on(channel: http.client.HTTPConnection, request: Request) -> bytes:
    """The body of a good answer; anything else stops the measurement."""
    method, path, body = request
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    if method.startswith("POST "):
        headers["Idempotency-Key"] = f"{method[5:]}-{time.time_ns()}"
        method = "POST"
    channel.request(method, path, body, headers)
    answer = channel.getresponse()
    told = answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status} {told[:300]!r}")
    return told


@contextmanager
def server(database: str) -> Iterator[int]:
    """Gunicorn with two workers on the measured data; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    stem = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{stem}/{database}",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "COLLAGENDA_ENV": "test",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "clinic.wsgi:application",
        "--workers",
        "2",
        "--threads",
        "4",
    ]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--keep-alive", "30"]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parent.parent)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _attempt in range(300):
        try:
            fetch(port, ("GET", "/bare/rows/?days=1&first_day=2026-06-01&size=10", b""))
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
    raise RuntimeError("the measured server did not start within a minute")
