"""How the engine itself is doing: the last tick, jobs per period, each provider's breaker."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When something last beat. Liveness is the age of this row, not a process id."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beaten_at:%H:%M:%S}"


class PeriodicRun(models.Model):
    """A job ran for a period; UNIQUE, so two beats, a 25-hour day or a restart do no harm."""

    name = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    ran_at = models.DateTimeField()
    #: What it found, in numbers: for example the drift that the reconciler healed.
    found = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="periodic_job_runs_once_per_period"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.period}"


class ProviderHealth(models.Model):
    """A provider's breaker: failures in a row, and until when nobody calls it."""

    provider = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "provider health"

    def __str__(self) -> str:
        return f"{self.provider}: {self.failures} failures in a row"
