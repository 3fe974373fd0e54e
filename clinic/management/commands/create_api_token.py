"""`manage.py create_api_token EMAIL [--label TEXT]`."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.api.authentication import token_hash
from clinic.models import ApiToken, User


class Command(BaseCommand):
    """Prints a new bearer token of a user, once: only its hash is stored."""

    help = "Creates a token for the API and prints it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose token, and what for."""
        parser.add_argument("email", help="the e-mail address the user signs in with")
        parser.add_argument("--label", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Creates and prints it."""
        user = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {options['email']}.")
        token = secrets.token_urlsafe(32)
        with pghistory.context(command="create_api_token"):
            ApiToken.objects.create(
                token_hash=token_hash(token), user=user, label=options["label"], created_at=timezone.now()
            )
        self.stdout.write(token)
