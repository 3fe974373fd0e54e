"""A long password is not a good one yet."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


def refusals(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as refused:
        return list(refused.messages)
    return []


@pytest.mark.parametrize(
    "password",
    [
        "password12345",
        "Password2026!!",
        "2026-Sunshine-2026",
        "P@ssw0rd123456",
        "qwertyqwerty",
        "dragon.dragon",
        "123456789012",
        "!!!!letmein!!!!",
    ],
)
def test_a_common_password_made_long_is_refused(password: str) -> None:
    assert refusals(password) != []


@pytest.mark.parametrize(
    "password", ["correct-horse-battery-staple", "series-and-recovery", "ann1987-0412-xk", "Vk9#pLm2qRt7wZ"]
)
def test_what_nobody_tries_first_is_taken(password: str) -> None:
    assert refusals(password) == []
