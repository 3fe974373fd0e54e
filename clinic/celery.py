"""Celery wakes; PostgreSQL decides. A broker message never carries a fact about a patient."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from clinic.garbage import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("collagenda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["clinic.messaging", "treatments", "bookings"])


@worker_process_init.connect
def keep_what_is_loaded(**_facts: Any) -> None:
    """A worker serves from now on."""
    settle()
