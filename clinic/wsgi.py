"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from clinic.garbage import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - loads all views now: the first request need not, and they are settled
settle()
