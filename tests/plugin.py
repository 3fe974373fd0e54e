"""Starts the private servers before Django reads its settings, and keeps the suite off the network.

Loaded by name from pyproject.toml, because pytest-django reads the settings earlier than any conftest.
With xdist the controller starts the servers once; the workers inherit their addresses.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest

from clinic.embedded import ServersUnavailable, running

SERVERS = pytest.StashKey[ExitStack]()


class NoNetwork(OSError):
    """What a machine without a network would say: callers clean up after it as they would there."""


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start what the environment does not name; nothing at all in an xdist worker, which has all names."""
    os.environ["COLLAGENDA_ENV"] = "test"
    stack = early_config.stash[SERVERS] = ExitStack()
    local = stack.enter_context(TemporaryDirectory(prefix="collagenda-files-"))
    os.environ["COLLAGENDA_LOCAL_DIR"] = local
    try:
        os.environ.update(stack.enter_context(running(Path(local), durable=False)).environment())
    except ServersUnavailable as problem:
        raise pytest.UsageError(str(problem)) from None
    try:
        return (yield)
    except BaseException:
        stack.close()
        raise


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what we started."""
    if SERVERS in config.stash:
        config.stash[SERVERS].close()


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    """Refuse every connection to another machine, except to a broker that the environment names."""
    allowed = {urlsplit(os.environ["CELERY_BROKER_URL"]).hostname}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), allowed))
        yield


def guarded(reach: Callable[..., Any], allowed: set[str | None]) -> Callable[..., Any]:
    """A socket method that refuses addresses of other machines."""

    def refuse_strangers(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_this_machine(address[0], allowed):
            raise NoNetwork(f"A test tried to reach {address[0]}; tests stay on this machine.")
        return reach(self, *arguments)

    return refuse_strangers


def is_this_machine(host: str, allowed: set[str | None]) -> bool:
    """Whether a host is the loopback or an exception."""
    return host in {"localhost", "::1", *allowed} or host.startswith("127.")
