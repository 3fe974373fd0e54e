"""Telling the patient: the outbox and its channels."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Decided once, attempted until done, never at the wrong hour."""

    name = "clinic.messaging"
    label = "messaging"
    verbose_name = "Messages"
