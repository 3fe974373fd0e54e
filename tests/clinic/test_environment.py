"""Settings from the environment: what cannot be read names itself."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic import environment


def test_a_table_is_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.table("EMAIL_PROVIDER_SETTINGS") == {}
    monkeypatch.setenv("EMAIL_PROVIDER_SETTINGS", '{"WEBHOOK_SECRET": "name:secret"}')
    assert environment.table("EMAIL_PROVIDER_SETTINGS") == {"WEBHOOK_SECRET": "name:secret"}


@pytest.mark.parametrize("value", ["secret", '["secret"]'])
def test_anything_else_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("EMAIL_PROVIDER_SETTINGS", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_PROVIDER_SETTINGS must be a JSON object"):
        environment.table("EMAIL_PROVIDER_SETTINGS")
