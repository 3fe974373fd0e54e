"""Settings: one file, read from the environment. No default starts in production by accident."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import pghistory
from csp.constants import NONE, SELF

from clinic import environment as env
from clinic.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.text("COLLAGENDA_LOCAL_DIR", str(BASE_DIR / ".local")))
ENVIRONMENT = env.environment()
IS_PRODUCTION = ENVIRONMENT == env.PRODUCTION
IS_DEMO = ENVIRONMENT == env.DEMO
IS_TEST = ENVIRONMENT == env.TEST

DEBUG = False
SECRET_KEY = env.text(
    "SECRET_KEY",
    None if IS_PRODUCTION else "not-secret-only-for-demo-and-tests-0123456789-abcdefghijklmnop",
    cure="Set it to a long random text: python -c 'import secrets; print(secrets.token_urlsafe(64))'",
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if IS_PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
#: Where patients reach us: the address in front of every link in a message. No trailing slash.
PUBLIC_URL = env.text(
    "PUBLIC_URL",
    None if IS_PRODUCTION else "http://localhost:8000",
    cure="Set it to the address patients open, for example https://care.example.org .",
).rstrip("/")

DATABASES = {
    "default": {
        **environ.Env.db_url_config(
            env.text(
                "DATABASE_URL",
                cure="Set it to postgres://user:password@host/name, or use `make demo` for an embedded server.",
            )
        ),
        "CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE", 60),
        "OPTIONS": {
            # What `clinic.prepared` asks again and again is planned once per connection.
            "prepare_threshold": 1,
            # On SSDs or in memory a page found by an index costs hardly more than the one that comes next. The
            # server's 4.0 is for turning disks: small tables would be read whole for each foreign key.
            # No trigger is set aside: said once, their functions need not meet an error to find out (pgtrigger).
            "options": "-c random_page_cost=1.1 -c pgtrigger.ignore={}",
        },
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "template_partials",
    "django_htmx",
    "phonenumber_field",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_structlog",
    "clinic.apps.ClinicConfig",
    "clinic.messaging.apps.MessagingConfig",
    "treatments.apps.TreatmentsConfig",
    "bookings.apps.BookingsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "clinic.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "clinic.web.middleware.HistoryContextMiddleware",
    "clinic.web.middleware.SecondFactorMiddleware",
    "clinic.web.middleware.SessionLimitsMiddleware",
    "clinic.web.middleware.LocationZoneMiddleware",
    "clinic.web.middleware.PrivateResponsesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ahead of the apps: our sign-in pages stand in for allauth's.
        "DIRS": [BASE_DIR / "clinic" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "clinic.web.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "clinic.forms.ClinicRenderer"

# --- People -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "clinic.passwords.PaddedCommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "clinic.web.accounts.StaffAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key", "reset_password": "20/m/ip,5/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Collagenda"
USERSESSIONS_TRACK_ACTIVITY = False
#: Staff must have a second factor. The demo relaxes it, and nothing else may.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=IS_PRODUCTION)
#: Signed-in staff are asked to sign in again after this much silence, and in any case after a working day.
SESSION_IDLE = timedelta(minutes=env.number("SESSION_IDLE_MINUTES", 15 if IS_PRODUCTION else 480))
SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())

# --- Transport security -----------------------------------------------------------------------------------------
SECURE_COOKIES = env.flag("SECURE_COOKIES", default=IS_PRODUCTION)
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
#: So many proxies of ours stand in front: the address of the caller is that many from the end of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 1 if BEHIND_PROXY else 0)
#: Nothing leaves our origin. "no-referrer" would break every form: docs/adr/0200-referrer-stays-at-home.md.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Language and time ------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("tr", "Türkçe"),
    ("zh-hans", "简体中文"),
]
#: Staff pages speak these; a language is added when all of them are translated, so that no page is half in each.
STAFF_LANGUAGES = ["en"]
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]

# --- Files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(LOCAL_DIR / "static")))
if IS_TEST:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(LOCAL_DIR / "media")))
_manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if IS_TEST else _manifest},
}
WHITENOISE_USE_FINDERS = IS_TEST
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- Messages ---------------------------------------------------------------------------------------------------
EMAIL_CONFIG = environ.Env.email_url_config(
    env.text("EMAIL_URL", "consolemail://" if not IS_PRODUCTION else "smtp://localhost:25")
)
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL_CONFIG["EMAIL_HOST"], EMAIL_CONFIG["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_USER"], EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = (
    EMAIL_CONFIG.get("EMAIL_USE_TLS", False),
    EMAIL_CONFIG.get("EMAIL_USE_SSL", False),
)
EMAIL_TIMEOUT = 15
#: Instead of SMTP a provider by anymail's name for it ("postmark"); its keys are anymail's own settings, as JSON.
EMAIL_PROVIDER = env.text("EMAIL_PROVIDER", "")
ANYMAIL: dict[str, Any] = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, **env.table("EMAIL_PROVIDER_SETTINGS")}
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Collagenda <care@clinic.example>")
#: Which SMS channel carries texts: a dotted path, and its own options as a URL.
SMS_CHANNEL = env.text("SMS_CHANNEL", "file")
SMS_URL = env.text("SMS_URL", "")
OUTBOX_DIR = Path(env.text("OUTBOX_DIR", str(LOCAL_DIR / "outbox")))
if IS_DEMO and "EMAIL_URL" not in os.environ and not EMAIL_PROVIDER:
    EMAIL_BACKEND = "clinic.messaging.channels.eml.EmlFolderBackend"

# --- Celery: wakes, never remembers (docs/reliability.md) -------------------------------------------------------
CELERY_BROKER_URL = env.text(
    "CELERY_BROKER_URL",
    "redis://127.0.0.1:6379/0" if not IS_PRODUCTION else None,
    cure="Set it to redis://host:6379/0 .",
)
#: Attempts and used codes are counted over all web processes. Lost on a restart, and never missed: clinic/caches.py.
CACHE_URL = env.text("CACHE_URL", CELERY_BROKER_URL if CELERY_BROKER_URL.startswith("redis") else "")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "clinic.caches.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "collagenda",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
if IS_TEST or not CACHE_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
#: For each token; and for each address that shows tokens nobody knows.
API_REQUESTS_A_MINUTE = env.number("API_REQUESTS_A_MINUTE", 1200)
API_WRONG_TOKENS_A_MINUTE = env.number("API_WRONG_TOKENS_A_MINUTE", 60)

CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 30,
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "clinic.messaging.tasks.tick",
        "schedule": float(env.number("TICK_SECONDS", 10)),
        "options": {"expires": 15},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "celerybeat-schedule")

# --- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clinic.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["clinic.api.permissions.IsStaffMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "clinic.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clinic.api.problems.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["clinic.api.throttles.TokenThrottle"],
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Collagenda",
    "DESCRIPTION": "Series, appointments, messages and recovery checks of a clinic.",
    "VERSION": "1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "clinic.api.schema.too_many",
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AppointmentKindEnum": "bookings.words.AppointmentKind",
        "ClosureKindEnum": "clinic.words.ClosureKind",
        "PlainKindEnum": "bookings.api.shapes.visits.PLAIN_KINDS",
        "ResourceKindEnum": "clinic.words.ResourceKind",
    },
}

# --- Logs: structured, with a request id, without patient data ---------------------------------------------------
LOGGING = logging_config(
    as_json=IS_PRODUCTION, level=env.text("LOG_LEVEL", "INFO" if not IS_TEST else "CRITICAL")
)
LOGGING_CONFIG = "logging.config.dictConfig"
PHONENUMBER_DEFAULT_REGION = env.text("PHONENUMBER_DEFAULT_REGION", "DE")
PGHISTORY_APPEND_ONLY = True
# Histories are read by the thing they are about. What else is asked (undo: the claims of an appointment) says so.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGHISTORY_ADMIN_ALL_EVENTS = False
SILENCED_SYSTEM_CHECKS: list[str] = []
# Triggers are installed after every migrate instead of by hundreds of migration operations: the same triggers, and a
# fresh database stands in seconds instead of minutes (measured: 98 s with them as operations).
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
