"""Settings come from the environment and fail loud: with DEBUG unset this is production."""

import logging
from pathlib import Path

from csp.constants import SELF

from atdemain import environment, logs
from atdemain.environment import env, flag, whole
from atdemain.rest.reference import texts

DEBUG = flag("DEBUG", False)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

LOGGING = logs.configure(readable=DEBUG, level=environment.log_level())
# One line per request, when it ends; no address of a person's machine.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False


def required(name: str, debug_default: str) -> str:
    """A setting production cannot do without: its absence stops the process and names it."""
    value = env.str(name, "")
    if not value and not DEBUG:
        environment.stop(name, "manque : donnez cette variable dans l’environnement")
    return value or debug_default


SECRET_KEY = required("SECRET_KEY", "developpement-seulement-" + "x" * 40)
if not DEBUG and len(SECRET_KEY) < environment.KEY_LENGTH:
    environment.stop("SECRET_KEY", f"a moins de {environment.KEY_LENGTH} caractères, elle se devine")
#: Earlier keys, still able to read: what was signed or encrypted before the key changed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = [
    host.strip()
    for host in required("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
    if host.strip()
]
if not ALLOWED_HOSTS:
    environment.stop(
        "ALLOWED_HOSTS", "ne nomme aucun hôte : donnez-en un, ou plusieurs séparés par des virgules"
    )
DATABASE_URL = required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'atdemain.sqlite3'}")
REDIS_URL = env.str("REDIS_URL", "")

_database = environment.database(DATABASE_URL)
DATABASES = {"default": _database}
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    VAR_DIR.mkdir(parents=True, exist_ok=True)
else:
    # A connection kept per thread beat a pool on two workers, and has no pool to exhaust.
    _database["CONN_MAX_AGE"] = whole("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
    # Tables live on SSDs and in memory: fifty rows by an index cost less than a whole table read in order.
    _database["OPTIONS"].setdefault("options", "-c random_page_cost=1.1")
_database["ATOMIC_REQUESTS"] = False

# The limits on log-in attempts live here: shared by every process, and nobody's log-in waits for Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "organisation_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

INSTALLED_APPS = [
    "atdemain.organisation",
    "atdemain.journal",
    "atdemain.notifications",
    "atdemain.jobs",
    "cases",
    "routing",
    "recognition",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "csp",
    "django_structlog",
]

#: Columns that an index carries for PostgreSQL; SQLite leaves them out and reads the row.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "atdemain.pages.privacy.never_stored",
    "atdemain.rest.apart.Apart",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cases.quiet_poll.quiet_poll",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "atdemain.pages.request_log.RequestLog",
    "atdemain.journal.middleware.ActorMiddleware",
    "atdemain.pages.see_as.SeeAs",
    "atdemain.pages.sessions.inactivity",
    "atdemain.pages.sessions.unit_time",
    "atdemain.pages.sessions.closed_session",
    "atdemain.pages.second_factor.gate.SecondFactorGate",
    "atdemain.pages.errors.own_pages",
    "atdemain.pages.readable.ReadableForms",
]

ROOT_URLCONF = "atdemain.urls"
WSGI_APPLICATION = "atdemain.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["atdemain.pages.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "atdemain.pages.context.frame",
                "cases.navigation.navigation",
            ],
        },
    },
]

AUTH_USER_MODEL = "organisation.User"
OAUTH2_PROVIDER_APPLICATION_MODEL = "organisation.ApiClient"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "SCOPES_BACKEND_CLASS": "atdemain.organisation.api_scopes.ClientScopes",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
}
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "atdemain.rest.reference.document.Described"}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": texts.TITLE,
    "VERSION": texts.VERSION,
    "DESCRIPTION": texts.INTRODUCTION,
    "SERVERS": [{"url": "/"}],
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["atdemain.rest.reference.document.completed"],
}
AUTHENTICATION_BACKENDS = ["atdemain.organisation.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_FORMS = {"change_password": "atdemain.organisation.password_form.OneLimitChangePasswordForm"}
ACCOUNT_ADAPTER = "atdemain.organisation.accounts.ClosedSignupAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# A call centre leaves through one address: the limits that bite are per account (docs/decisions.md).
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/15m/key,300/m/ip",
    "reset_password": "60/h/ip,5/h/key",
    "change_password": "10/m/user",
    "reauthenticate": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXY_COUNT", 0)

# Managers, HR and administrators prove a code after the password; off where a single sign-on already asks.
SECOND_FACTOR = flag("SECOND_FACTOR", True)
MFA_ADAPTER = "atdemain.organisation.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by an administrator
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 0  # a code is refused once used for as long as it lives: no longer than its 30 s

# On demonstration data, an administrator may read the site as another role; nowhere else, whatever this says.
SEE_AS_ROLE = flag("SEE_AS_ROLE", DEBUG)

# A desk is shared: half an hour without a gesture closes the session (pages.sessions renews it).
SESSION_ENGINE = "atdemain.pages.session_store"
SESSION_COOKIE_AGE = whole("SESSION_MINUTES", 30, least=1) * 60
CSRF_FAILURE_VIEW = "atdemain.pages.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# In production pages travel over HTTPS alone; a proxy that is declared says how the reader came.
HTTPS = not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = whole("SECURE_HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "atdemain.pages.finders.BootstrapFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": [SELF],
        "object-src": ["'none'"],
    }
}

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
if not REDIS_URL:
    _queue = VAR_DIR / "celery" / "queue"
    _queue.mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(VAR_DIR / "celery" / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
# Transport only: what is due is a row. `expires` below the interval, so that nothing piles up.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "cases.tasks.sweep_due", "schedule": 20.0, "options": {"expires": 15}},
    "deliver": {"task": "notifications.tasks.deliver", "schedule": 20.0, "options": {"expires": 15}},
    "webhooks": {
        "task": "notifications.tasks.deliver_webhooks",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "waiting": {"task": "jobs.tasks.start_waiting", "schedule": 5.0, "options": {"expires": 4}},
    "purge": {"task": "journal.tasks.purge", "schedule": 60.0, "options": {"expires": 50}},
}

vars().update(environment.mail())
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "atdemain@localhost")

# A file outside the database where each chain head is appended after commit (architecture.md §4).
JOURNAL_HEADS = env.str("JOURNAL_HEADS", str(VAR_DIR / "journal-heads.log") if DEBUG else "")
if DEBUG:
    VAR_DIR.mkdir(parents=True, exist_ok=True)  # with PostgreSQL and Redis, nothing else makes it in time

# Who is told of an appeal that HR left unanswered: a user name; all of HR where it is empty.
HR_HEAD = env.str("HR_HEAD", "")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
