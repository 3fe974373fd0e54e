"""Structured logs: a sentence for people, keys for machines, never a patient's data."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Keys whose value is never written, wherever they appear.
PRIVATE_KEYS = frozenset(
    {"password", "token", "email", "phone", "given_name", "family_name", "born_on", "name"}
    | {"body", "subject", "answers", "note", "address"}
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"\+\d[\d ()/-]{6,}\d")
_LINK = re.compile(r"/p/[A-Za-z0-9_-]{8,}")


def scrub_text(text: str) -> str:
    """The text without e-mail addresses, phone numbers and patient links."""
    return _LINK.sub("/p/[link]", _PHONE.sub("[phone]", _EMAIL.sub("[email]", text)))


def scrub(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """A log processor that removes what could name a patient."""
    for key, value in entry.items():
        if key in PRIVATE_KEYS:
            entry[key] = "[private]"
        elif isinstance(value, str):
            entry[key] = scrub_text(value)
    return entry


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub,
    ]


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """The `LOGGING` dictionary; also sets structlog up, so that both speak the same format."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": _processors(),
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"django.server": {"handlers": ["console"], "level": level, "propagate": False}},
    }
