"""bookings → treatments → clinic.messaging → clinic, down only. What import-linter cannot see: names in strings."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parents[2]
RANKS = {"clinic": 0, "messaging": 1, "treatments": 2, "bookings": 3}
#: The project's own wiring names every app, by string; see urls.py.
WIRING = {"settings.py", "urls.py", "celery.py"}
#: Calculations of the design; each is checked as soon as it exists.
PURE = {
    *("clinic.intervals", "clinic.timekeeping"),
    *("treatments.spacing", "treatments.washout", "treatments.triage", "treatments.aftercare"),
    *(
        "bookings.timegrid",
        "bookings.availability",
        "bookings.planner",
        "bookings.ranking",
        "bookings.reflow",
    ),
}


def relations() -> list[tuple[type[Model], str, type[Model]]]:
    """Every relation that a model of ours declares, with both of its ends."""
    return [
        (model, field.name, field.related_model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in RANKS
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if isinstance(field.related_model, type)
    ]


def test_no_foreign_key_points_up() -> None:
    up = [
        f"{model._meta.label}.{name} → {target._meta.label}"
        for model, name, target in relations()
        if RANKS.get(target._meta.app_label, -1) > RANKS[model._meta.app_label]
    ]
    assert len(relations()) > 50
    assert up == []


@pytest.mark.parametrize(
    ("folder", "above"),
    [
        ("clinic", r"(?:treatments|bookings|messaging|clinic\.messaging)"),
        ("clinic/messaging", r"(?:treatments|bookings)"),
        ("treatments", "bookings"),
    ],
)
def test_no_string_names_a_model_or_module_above(folder: str, above: str) -> None:
    dotted = re.compile(rf"{above}\.[A-Za-z_.]+")
    found = []
    for path in (ROOT / folder).rglob("*.py"):
        inside = path.relative_to(ROOT / folder)
        if (folder == "clinic" and inside.parts[0] in {"messaging", *WIRING}) or "migrations" in inside.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and dotted.fullmatch(node.value)
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value}")
    assert found == []


def test_every_calculation_is_in_the_contract_that_keeps_it_pure() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    checked = next(set(item["source_modules"]) for item in contracts if "Calculations" in item["name"])
    exist = {name for name in PURE if (ROOT / f"{name.replace('.', '/')}.py").exists()}
    assert exist <= checked
