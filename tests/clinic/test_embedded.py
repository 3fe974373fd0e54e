"""The private servers: they run anywhere, for nobody else, and never outlive their parent."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from clinic.embedded import Servers, ServersUnavailable, guarded, places, postgres, running, valkey
from clinic.embedded.guarded import PortTaken, is_alive
from clinic.embedded.leftovers import command_of

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0

#: Starts both servers in a process of its own, says where they are, and waits to be killed.
HOLDER = """
import sys, time
from pathlib import Path
from clinic.embedded import places, running
places.OUR_FOLDER = Path(sys.argv[2])
with running(Path(sys.argv[1]), durable=sys.argv[3] == "durable") as servers:
    print(servers.database_url, servers.broker_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no server."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)


@pytest.fixture
def folder(nothing_named: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder that every user can enter, with the place of last resort inside."""
    with tempfile.TemporaryDirectory(prefix="collagenda-test-") as name:
        path = Path(name).resolve()
        path.chmod(0o755)
        monkeypatch.setattr(places, "OUR_FOLDER", path / "ours")
        yield path


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A stopped database's folder, made once: to copy is quicker than to prepare."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="collagenda-test-") as name,
    ):
        Path(name).chmod(0o755)
        patch.delenv("DATABASE_URL", raising=False)
        with postgres.running(places.durable_place(Path(name)), durable=True) as url:
            rows(url, "CREATE TABLE kept AS SELECT 7 AS number")
        yield Path(name)


@pytest.fixture
def local(folder: Path, prepared: Path) -> Path:
    """A `.local` that holds a stopped database with the number 7 in `kept`."""
    subprocess.run(["cp", "-a", str(prepared), str(folder / "local")], check=True)
    return folder / "local"


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement answers; its effects are committed."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def broker_answers(url: str) -> bool:
    """Whether the broker at a URL takes its password."""
    with closing(redis.Redis.from_url(url, socket_timeout=5)) as client:
        return bool(client.ping())


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether a condition holds within the limit."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes_of(mark: Path) -> list[int]:
    """The processes whose command line names a path, guards and servers alike."""
    listed = subprocess.run(["ps", "-eo", "pid=,args=", "-ww"], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if str(mark) in line]


class Holder:
    """A process that runs the servers."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        temporary = folder / "temporary"
        temporary.mkdir(exist_ok=True)
        temporary.chmod(0o755)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                HOLDER,
                folder / "local",
                folder / "ours",
                "durable" if durable else "passing",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.database_url, self.broker_url = self.process.stdout.readline().split()

    def end(self, by: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(by)
        self.process.communicate()
        return self.process.returncode


@pytest.fixture
def hold(folder: Path) -> Iterator[Callable[..., Holder]]:
    """Starts holders and leaves none behind."""
    holders: list[Holder] = []

    def start(*, durable: bool) -> Holder:
        holders.append(Holder(folder, durable=durable))
        return holders[-1]

    yield start
    for holder in holders:
        holder.process.kill()
        holder.process.communicate()
    assert becomes(lambda: not processes_of(folder))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Servers that several tests look at and none changes for another."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("CELERY_BROKER_URL", raising=False)
        with running(Path(name), durable=False) as found:
            yield found


def test_servers_are_the_engines_of_production(servers: Servers) -> None:
    settings = "current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
    answer = rows(servers.database_url, f"SELECT {settings}, current_setting('timezone')")
    assert answer == [(18, "UTF8", "UTC")]
    assert broker_answers(servers.broker_url)


def test_role_owns_the_database_and_is_no_superuser(servers: Servers) -> None:
    url = servers.database_url
    assert rows(url, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        (False, True)
    ]
    rows(url, "CREATE EXTENSION btree_gist")
    rows(url, "CREATE EXTENSION pg_trgm")
    found = rows(url, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname")
    assert found == [("btree_gist",), ("pg_trgm",)]


def test_only_passing_servers_let_triggers_be_silenced(servers: Servers, local: Path) -> None:
    silence = "SET session_replication_role = replica"
    assert rows(servers.database_url, silence) == []
    with running(local) as durable, pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(durable.database_url, silence)


def test_servers_refuse_whoever_does_not_know_the_password(servers: Servers) -> None:
    stranger = servers.database_url.replace("collagenda:", "postgres:x", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        rows(stranger, "SELECT 1")
    with pytest.raises(redis.AuthenticationError):
        broker_answers("redis://" + servers.broker_url.split("@")[1])


def test_passwords_are_on_no_command_line(servers: Servers) -> None:
    listed = subprocess.run(["ps", "-eo", "args=", "-ww"], capture_output=True, text=True, check=True).stdout
    for url in (servers.database_url, servers.broker_url):
        assert url.split("@")[0].rsplit(":", 1)[1] not in listed


def test_data_stays_for_the_next_start_and_is_for_nobody_else(local: Path) -> None:
    with running(local) as servers:
        assert rows(servers.database_url, "SELECT number FROM kept") == [(7,)]
    assert stat.S_IMODE((local / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((local / "postgres.password").stat().st_mode) == 0o600


def test_passing_data_goes_away_with_the_servers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with running(folder / "local", durable=False):
        assert list(folder.glob("collagenda-*"))
    assert not list(folder.glob("collagenda-*"))
    assert not processes_of(folder)


def test_servers_run_under_a_path_too_long_for_a_socket(folder: Path, local: Path) -> None:
    far = folder / ("long" * 20) / ("longer ä" * 10) / "local"
    far.parent.mkdir(parents=True)
    local.rename(far)
    with running(far) as servers:
        assert rows(servers.database_url, "SELECT number FROM kept") == [(7,)]
    assert len(str(far)) > 180


def test_servers_run_in_a_closed_folder_and_leave_it_closed(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    with running(home / "checkout" / ".local") as servers:
        assert rows(servers.database_url, "SELECT 1") == [(1,)]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    data = [path.parent for path in folder.rglob("postgres.password")]
    assert len(data) == 1
    if os.geteuid() == 0:  # only root's servers run as somebody else, who cannot enter
        assert (home / "checkout" / ".local" / "servers").resolve() == data[0]


def test_programs_are_copied_when_their_folder_is_closed(folder: Path) -> None:
    package = folder / "closed" / "somepackage"
    (package / "bin").mkdir(parents=True)
    (package / "include").mkdir()
    (package / "bin" / "tool").write_text("#!/bin/sh\nexec echo works\n")
    (package / "bin" / "tool").chmod(0o700)
    place = places.durable_place(folder / "local")
    copy = folder / "copy"
    places._copy(package, copy)
    (folder / "closed").chmod(0o700)
    assert place.run([str(copy / "somepackage" / "bin" / "tool")]).stdout == "works\n"
    assert sorted(path.name for path in copy.rglob("*")) == ["bin", "somepackage", "tool"]


def test_runs_live_side_by_side(servers: Servers, local: Path) -> None:
    subprocess.run(["cp", "-a", str(local), str(local.with_name("second"))], check=True)
    with running(local) as one, running(local.with_name("second")) as two:
        every = (servers, one, two)
        assert len({found.database_url for found in every} | {found.broker_url for found in every}) == 6
        assert all(rows(found.database_url, "SELECT 1") == [(1,)] for found in every)
        assert all(broker_answers(found.broker_url) for found in every)


def test_second_run_on_the_same_data_is_told_so(local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "COURTESY", 0.0)
    told = pytest.raises(ServersUnavailable, match=rf"Another run \(process {os.getpid()}\) already uses")
    with running(local), told, running(local):
        pytest.fail("two servers on one data folder")


@pytest.mark.parametrize(
    ("by", "durable"),
    [(signal.SIGINT, True), (signal.SIGTERM, True), (signal.SIGKILL, True), (signal.SIGKILL, False)],
)
def test_servers_end_with_their_parent(
    folder: Path, local: Path, hold: Callable[..., Holder], by: signal.Signals, durable: bool
) -> None:
    holder = hold(durable=durable)
    assert rows(holder.database_url, "SELECT 1") == [(1,)]
    assert holder.end(by) != 0
    assert becomes(lambda: not processes_of(folder))
    assert becomes(lambda: not list((folder / "temporary").iterdir()))


def test_start_after_a_kill_waits_for_the_old_server_and_keeps_the_data(
    local: Path, hold: Callable[..., Holder]
) -> None:
    first = hold(durable=True)
    rows(first.database_url, "UPDATE kept SET number = 8")
    first.end(signal.SIGKILL)
    second = hold(durable=True)
    assert rows(second.database_url, "SELECT number FROM kept") == [(8,)]


def test_servers_end_when_their_guards_are_killed_too(
    folder: Path, local: Path, hold: Callable[..., Holder]
) -> None:
    holder = hold(durable=True)
    for pid in processes_of(folder):
        if "guard.py" in command_of(pid):
            os.kill(pid, signal.SIGKILL)
    holder.end(signal.SIGKILL)
    with running(local) as servers:
        assert rows(servers.database_url, "SELECT number FROM kept") == [(7,)]
    assert becomes(lambda: not processes_of(folder))


def test_note_of_a_dead_server_whose_number_went_to_a_stranger_is_no_obstacle(local: Path) -> None:
    note = local / "postgres" / "postmaster.pid"
    with running(local):
        lines = note.read_text().splitlines()
    uid, gid = places.server_owner() or (None, None)
    stranger = subprocess.Popen(["sleep", "60"], user=uid, group=gid)
    try:
        note.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        with running(local) as servers:
            assert rows(servers.database_url, "SELECT number FROM kept") == [(7,)]
        assert is_alive(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_interrupted_preparation_is_begun_again(folder: Path) -> None:
    half = folder / "local" / "postgres.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with running(folder / "local") as servers:
        assert rows(servers.database_url, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_data_of_another_version_is_left_alone(folder: Path) -> None:
    data = folder / "local" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    told = pytest.raises(ServersUnavailable, match="holds data of PostgreSQL 17, and this is PostgreSQL 18")
    with told, running(folder / "local"):
        pytest.fail("started on another version's data")
    assert (data / "PG_VERSION").read_text() == "17\n"


def test_named_servers_win_and_nothing_is_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/ours")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://broker.example/0")
    with running(folder / "local") as servers:
        assert servers == Servers("postgres://db.example/ours", "redis://broker.example/0")
    assert list(folder.iterdir()) == []


def test_named_database_still_gets_a_private_broker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/ours")
    with running(folder / "local") as servers:
        assert servers.database_url == "postgres://db.example/ours"
        assert broker_answers(servers.broker_url)
    assert not (folder / "local").exists()


def test_missing_wheel_says_what_to_do(folder: Path) -> None:
    place = places.durable_place(folder / "local")
    with pytest.raises(ServersUnavailable, match=r"some-wheel is not installed .* Run `make install`"):
        places.programs(place, "no_such_package", "some-wheel", "bin")


def test_server_that_will_not_start_shows_its_last_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "no_such_setting", "1")
    told = pytest.raises(ServersUnavailable, match="unrecognized configuration parameter")
    with told, running(folder / "local", durable=False):
        pytest.fail("started with an unknown setting")
    assert not processes_of(folder)


def test_fixed_port_brings_the_broker_back_where_it_was(folder: Path) -> None:
    with places.passing_place() as place, valkey.running(place) as url:
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        with places.passing_place() as other, pytest.raises(PortTaken), valkey.running(other, port=port):
            pytest.fail("two brokers on one port")
    with places.passing_place() as place, valkey.running(place, port=port) as url:
        assert f":{port}/" in url
        assert broker_answers(url)


def test_command_runs_on_private_servers_and_its_exit_code_is_kept(nothing_named: None) -> None:
    script = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(7)"
    command = [sys.executable, "-m", "clinic.embedded", "--", sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 7, ran.stderr
    assert ran.stdout.startswith("postgres://collagenda:")
