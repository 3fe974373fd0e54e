"""Empties the tables after a test that committed: only those that have rows, and without installing all triggers again.

Django truncates every table and then does what follows a migration, which here installs two hundred triggers: half a
second after each test that races or drives a browser.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connections, transaction
from django.test import TransactionTestCase

#: What a migration fills, and no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


def install() -> None:
    """Every transactional test ends with `empty`, where the login may switch triggers off; else as Django does it."""
    usual: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: Any) -> None:
        names = self._databases_names(include_mirrors=False)
        if all(_may_switch_triggers_off(name) for name in names):
            for name in names:
                empty(name)
        else:
            usual(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def empty(database: str) -> None:
    """Deletes every row but those of `KEPT`; histories, which refuse that otherwise, too. Of a test's database only."""
    assert connections[database].settings_dict["NAME"].startswith("test_")
    filled = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in _tables(database)
    )
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        cursor.execute(filled)
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in names:
            cursor.execute(f'DELETE FROM "{name}"')


@cache
def _tables(database: str) -> list[str]:
    found = connections[database].introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(found) - KEPT)


@cache
def _may_switch_triggers_off(database: str) -> bool:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        row = cursor.fetchone()
    return bool(row and row[0])
