"""All settings. The environment is read here, once; see `config/env.py` for how it is refused.

A site does not start with anything missing or default: a forgotten variable must never open an
empty database with keys that nobody keeps. `DSR_MODE=trial` lets `config/trial` give itself what is
missing; it is named in two places here, "Mode" and "Rooms".
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF

from config.env import Environment, database, mail

# `ModelAdmin[User]` is written for the type checker; Django itself cannot be subscripted.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(os.environ)

# Mode ---------------------------------------------------------------------------------------------

DSR_MODE = env.choice("DSR_MODE", ("trial", "production"), "production")
DSR_TRIAL = DSR_MODE == "trial"
# Everything the program writes outside the database; in trial mode that is everything it has.
VAR_DIR = Path(env.text("DSR_VAR", str(BASE_DIR / "var"))).absolute()
DSR_PORT = env.number("DSR_PORT", 8000, 1, 65535)
if DSR_TRIAL:
    from config.trial import defaults

    defaults.give(env, VAR_DIR, DSR_PORT)

DEBUG = env.flag("DSR_DEBUG")
if DEBUG:
    env.unsafe("DSR_DEBUG shows personal data in error pages: unset it in production.")

# Secrets ------------------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
# Of a key that was changed: sessions, forms and links signed with it are good until it is left out.
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS", "")
env.judge_secret("SECRET_KEY", SECRET_KEY)
for _old in SECRET_KEY_FALLBACKS:
    env.judge_secret("SECRET_KEY_FALLBACKS", _old)

# Newest first: the first key seals, all of them open.
DSR_MASTER_KEYS = env.keys("DSR_MASTER_KEYS")
DSR_INDEX_KEYS = env.keys("DSR_INDEX_KEYS")
DSR_AUDIT_KEYS = env.keys("DSR_AUDIT_KEYS")
_every_key = [key for ring in (DSR_MASTER_KEYS, DSR_INDEX_KEYS, DSR_AUDIT_KEYS) for _, key in ring]
if len(set(_every_key)) != len(_every_key):
    env.problem("DSR_MASTER_KEYS, DSR_INDEX_KEYS, DSR_AUDIT_KEYS share a key: make one for each.")

# Addresses ----------------------------------------------------------------------------------------

_base = env.url("BASE_URL", ("https", "http"))
BASE_URL = _base.geturl().rstrip("/")
if _base.scheme == "http":
    env.unsafe("BASE_URL must begin with https:// in production.")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
if any("*" in host for host in ALLOWED_HOSTS):
    env.problem("ALLOWED_HOSTS must name each host: no `*`.")
elif _base.hostname and ALLOWED_HOSTS and _base.hostname not in ALLOWED_HOSTS:
    env.problem(f"ALLOWED_HOSTS lacks the host of BASE_URL, {_base.hostname}.")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
# How many proxies of our own stand before the program; their headers are believed, no others.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, 0, 9)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Servers ------------------------------------------------------------------------------------------

_app_url = env.text("DATABASE_URL")
# The application's role may do what the program does and no more; the owner's role changes tables.
# Which of the two a process uses is decided by `manage.py`, by the name of the command.
_owner_url = env.text("DATABASE_OWNER_URL", _app_url)
DSR_DATABASE_ROLE = env.choice("DSR_DATABASE_ROLE", ("app", "owner"), "app")
for _name, _url in (("DATABASE_URL", _app_url), ("DATABASE_OWNER_URL", _owner_url)):
    if _url and urlsplit(_url).scheme not in ("postgresql", "postgres"):
        env.problem(f"{_name} must begin with postgresql://: no other database is supported.")
# Threads of the web server share a pool; workers and commands have one connection each.
_pool_size = env.number("DATABASE_POOL_SIZE", 0, 0, 100)
_database_url = _owner_url if DSR_DATABASE_ROLE == "owner" else _app_url
# Whom `prepare` gives the rights of the application.
DSR_APP_ROLE = database(urlsplit(_app_url), 0)["USER"]
DATABASES = {"default": database(urlsplit(_database_url), _pool_size)}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", "5")
# Fields without templates: see there.
FORM_RENDERER = "config.form_renderer.QuickTemplates"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = env.url("REDIS_URL", ("redis", "rediss", "redis+socket", "unix"))
# The two usual spellings of a socket; Celery knows one of them.
REDIS_URL = env.text("REDIS_URL").replace("unix://", "redis+socket://", 1)
if _redis.scheme in ("redis", "rediss") and not unquote(_redis.password or "").strip():
    env.unsafe("REDIS_URL has no password: set one in the server, or use a unix socket.")

# Counters of refused log-ins must be seen by every process, and log-in must work without Redis.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}
}

# Mail ---------------------------------------------------------------------------------------------

_mail = env.url("EMAIL_URL", ("smtp", "smtps"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.scheme else 'dummy'}.EmailBackend"
_mail_settings = mail(_mail)
EMAIL_HOST = _mail_settings["EMAIL_HOST"]
EMAIL_PORT = _mail_settings["EMAIL_PORT"]
EMAIL_HOST_USER = _mail_settings["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail_settings["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL = _mail_settings["EMAIL_USE_SSL"]
EMAIL_USE_TLS = _mail_settings["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = _mail_settings["EMAIL_TIMEOUT"]
if _mail.scheme and not EMAIL_HOST:
    env.problem("EMAIL_URL names no host.")
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL")
# Errors go to the log under a reference; a mail of them would carry personal data.
ADMINS: list[tuple[str, str]] = []

# History ------------------------------------------------------------------------------------------

# Where checkpoints of the history are added by themselves: beside the program, and in a second
# place that whoever runs the database does not reach, where one is named.
_second_place = env.text("DSR_CHECKPOINTS", "")
if _second_place and not Path(_second_place).is_absolute():
    env.problem("DSR_CHECKPOINTS must be the whole path of a file, from / on.")
DSR_CHECKPOINTS = [VAR_DIR / "checkpoints.jsonl", *([Path(_second_place)] if _second_place else [])]

# Files --------------------------------------------------------------------------------------------

# clamd, as tcp://host:3310 or unix:///path; without one every file is shown as not scanned.
_scanner = env.url("DSR_SCANNER", ("tcp", "unix"), "")
DSR_SCANNER = _scanner.geturl()
if _scanner.scheme and not (_scanner.hostname if _scanner.scheme == "tcp" else _scanner.path):
    env.problem("DSR_SCANNER names no host or socket: tcp://host:3310 or unix:///path.")

# Rooms --------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dsr.vault",
    "dsr.audit",
    "dsr.notifications",
    "dsr.policies",
    "dsr.accounts",
    "dsr.requests",
    "dsr.portal",
    "dsr.dashboard",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_fsm",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
]
# Pages of the apps below that open without log-in, beside those of config/public.py.
MORE_PUBLIC_PAGES: frozenset[str] = frozenset()
if DSR_TRIAL:
    INSTALLED_APPS.append("config.trial")
    MORE_PUBLIC_PAGES = defaults.PUBLIC_PAGES

MIDDLEWARE = [
    # Outside of everything, so that static files and error pages carry the headers as well.
    "config.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "dsr.days.middleware.PlaceMiddleware",
    # Knows the reader's language, and stands before all that reads what was sent.
    "config.middleware.NulMiddleware",
    "config.middleware.BodyMiddleware",
    "config.middleware.MethodMiddleware",
    "django.middleware.common.CommonMiddleware",
    "dsr.dashboard.unsent.ReopeningMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dsr.accounts.middleware.DeniedAccessMiddleware",
    "dsr.dashboard.unsent.StaffLoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "dsr.accounts.middleware.IdleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dsr.accounts.middleware.SecondFactorMiddleware",
    "config.middleware.AlteredMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Days and times as the organisation has them, in whatever template.
            "builtins": ["dsr.days.filters", "config.parts"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Static files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
_static = env.choice("DSR_STATIC", ("collected", "sources"), "collected")
_collected = _static == "collected" and not DEBUG
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Language and time --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "dsr" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
# Legal days are computed in the zone of the organisation; everything stored is UTC.
USE_TZ = True
TIME_ZONE = "UTC"

# Signing in ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/staff/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "dsr.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "login": "dsr.accounts.forms.SignIn",
    "reset_password": "dsr.accounts.forms.ResetPassword",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Staff come by invitation: the link in the mail is the proof of the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# No mail to addresses without an account: anybody may type anybody's.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme or "https"
MFA_ADAPTER = "dsr.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Data subject requests"
# One step of 30 seconds before and after: a code that was read at its end still counts, and a
# telephone whose clock is a little off (RFC 6238, 5.2, allows one). A used code is used up.
MFA_TOTP_TOLERANCE = 1
# Browsers take a passkey over plain HTTP from `localhost` only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _base.scheme == "http"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Safety of pages ----------------------------------------------------------------------------------

_secure = _base.scheme == "https"
SECURE_SSL_REDIRECT = _secure
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_HSTS_PRELOAD = _secure
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# With this prefix a browser takes them over TLS and from this very host only, so that no neighbour
# under the same domain can plant one. Without TLS it would take none at all.
_prefix = "__Host-" if _secure else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
SECURE_REFERRER_POLICY = "strict-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The one exception: the square code of the second factor is drawn as a data URL.
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
# What is typed into one form, and a form with five files of 10 MB. More is refused unread.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MULTIPART_MAX_BYTES = 52 * 1024 * 1024
# Where staff add files to an answer: what the organisation gives out is larger than what it takes.
LARGE_FORMS = re.compile(r"/staff/requests/[^/?]+/(enclose|propose|decide)/")
LARGE_FORM_MAX_BYTES = 104 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    # First: what it holds back, the others never see.
    "dsr.vault.upload_handler.BoundingHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Log ----------------------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "config.logs.DiscreetFilter"}},
    "formatters": {"discreet": {"()": "config.logs.DiscreetFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["discreet"],
            "formatter": "discreet",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would mail errors and print tracebacks with what people typed.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Statements carry values, and values are people's.
        "django.db.backends": {"level": "WARNING"},
        "django.template": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
    },
}

# Celery -------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
# A task is acknowledged when it is done: a worker that dies gives it back, and doing it again is
# harmless because every task asks the database what is still owed.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# With the defaults a dead worker's tasks come back after an hour, looked for every 100 seconds.
# The time must be longer than any task may take, or a slow task runs twice.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "socket_keepalive": True,
}
# A web request never waits long for the bell: the sweep finds the row anyway.
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
# A sweep that waited longer than its own interval is dropped: the next one asks the same question.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": 60.0, "options": {"expires": 55}}
    for name, task in {
        "reminders": "dsr.requests.tasks.sweep_reminders",
        "dates": "dsr.requests.tasks.sweep_stale_dates",
        "intake": "dsr.requests.tasks.sweep_intake",
        "notices": "dsr.requests.tasks.sweep_notices",
        "identity_documents": "dsr.requests.tasks.sweep_identity_documents",
        "mail": "dsr.notifications.tasks.deliver",
        "heartbeat": "dsr.notifications.tasks.heartbeat",
        "checkpoints": "dsr.requests.tasks.add_checkpoint",
    }.items()
}

# --------------------------------------------------------------------------------------------------

env.refuse_unknown("DSR_")
env.leave_if_wrong()
