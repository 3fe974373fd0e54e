"""Telling the patient: the outbox and its channels."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Decided once, attempted until done, never at the wrong hour."""

    name = "clinic.messaging"
    label = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Registers the engine's own jobs, and what it knows about names."""
        # After the apps are ready: these modules read models.
        from clinic.messaging.channels import email_reports
        from clinic.messaging.healing import HEALING, heal
        from clinic.messaging.jobs import Every, forget_old_runs, register_job
        from clinic.messaging.linting import lint_name
        from clinic.neutral_names import register_name_check

        register_job(HEALING, Every.HOUR, heal, is_atomic=False)
        register_job("forget-old-runs", Every.DAY, forget_old_runs)
        register_name_check(lint_name)
        email_reports.listen()
