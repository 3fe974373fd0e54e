"""Who, where and with what: people, places, resources, roles, and the project itself."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
