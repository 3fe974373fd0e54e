"""Celery wakes; PostgreSQL decides. A broker message never carries a fact about a patient."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("collagenda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["clinic.messaging", "treatments", "bookings"])
