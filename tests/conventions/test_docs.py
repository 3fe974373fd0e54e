"""The documents say what the code does: status diagrams are drawn from the tables, signals and ADRs are listed."""

import os
import re
from pathlib import Path

from django.dispatch import Signal

from tests.conventions.test_models import TABLES

DOCS = Path(__file__).resolve().parents[2] / "docs"


def diagrams() -> str:
    """The page with one diagram per table of moves; UPDATE_DOCS=1 writes it."""
    parts = ["# Statuses\n\nDrawn from the tables of moves in the code; a test keeps them the same.\n"]
    for name, (words, transitions) in TABLES.items():
        arrows = [(start, end) for start in words for end in words if end in transitions[start]]
        lines = [f"    {_node(start)} --> {_node(end)}" for start, end in arrows]
        first = next(iter(words))
        body = "\n".join([f"    [*] --> {_node(first)}", *lines])
        parts.append(f"## {name.capitalize()}\n\n```mermaid\nstateDiagram-v2\n{body}\n```\n")
    return "\n".join(parts)


def _node(word: object) -> str:
    return str(word).replace("-", "_")


def test_the_status_diagrams_are_the_tables_of_moves() -> None:
    page = DOCS / "statuses.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(diagrams(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == diagrams()


def test_at_most_five_signals_and_all_of_them_are_listed() -> None:
    import treatments.signals

    declared = {name for name, value in vars(treatments.signals).items() if isinstance(value, Signal)}
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert len(declared) <= 5
    assert declared == {name for name in declared if f"`{name}`" in page}


def test_every_decision_has_its_own_number_and_stands_in_the_list() -> None:
    pages = sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))
    numbers = [name.split("-")[0] for name in pages]
    assert len(numbers) == len(set(numbers))
    listed = set(
        re.findall(r"\(([0-9]{4}-[^)]+\.md)\)", (DOCS / "adr" / "README.md").read_text(encoding="utf-8"))
    )
    assert listed == set(pages)


def test_links_between_the_documents_lead_somewhere() -> None:
    root = DOCS.parent
    pages = [*DOCS.rglob("*.md"), root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md"]
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_promise_names_tests_that_exist() -> None:
    page = (DOCS / "promises.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (P\d+): .*?\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    named = {number: set(re.findall(r"`(test_\w+)`", text)) for number, text in sections.items()}
    assert list(named) == [f"P{number}" for number in range(1, 13)]
    assert [number for number, names in named.items() if len(names) < 3] == []
    assert {
        number: names - written_tests() for number, names in named.items() if names - written_tests()
    } == {}


def test_documents_name_only_tests_that_exist() -> None:
    named = {
        (page.name, name)
        for page in DOCS.rglob("*.md")
        for name in re.findall(r"`(test_[a-z0-9_]+)`", page.read_text(encoding="utf-8"))
    }
    assert {(page, name) for page, name in named if name not in written_tests()} == set()


def written_tests() -> set[str]:
    """The name of every test there is."""
    return {
        name
        for path in (DOCS.parent / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_anchor_inside_a_document_leads_to_a_heading() -> None:
    broken = []
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        headings = {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        broken += [
            f"{page.name}: {anchor}"
            for anchor in re.findall(r"\]\(#([^)]+)\)", text)
            if anchor not in headings
        ]
    assert broken == []


def _anchor(heading: str) -> str:
    """A heading's address as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
