"""Every setting, read top to bottom. A missing secret fails loudly and says the cure."""

import base64
import re
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from coachvault import dsn, relay
from coachvault.postgres import addresses

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"), recurse=False)

# Where things lie, and what this instance is called
DATA = Path(env("COACHVAULT_DATA", str(BASE_DIR / "var"))).resolve()
PORT = env.int("PORT", 8000)
URL = env("COACHVAULT_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
if not re.fullmatch(
    r"(?i)https?://([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", URL
):  # a star or a leading dot would admit any host
    raise ImproperlyConfigured(f"COACHVAULT_URL is {URL}: it is `https://`, one host and, if need be, a port. Nothing follows.")
HTTPS = URL.lower().startswith("https://")
HOST = urlsplit(URL).hostname or ""
LOCAL = HOST in {"127.0.0.1", "::1", "localhost"}
if not HTTPS and not LOCAL:
    raise ImproperlyConfigured(f"COACHVAULT_URL is {URL}: plain http is for this machine only. Set an https address.")
PROXIES = env.int("COACHVAULT_PROXIES", 0)
if PROXIES < 0:
    raise ImproperlyConfigured(f"COACHVAULT_PROXIES is {PROXIES}: how many trusted proxies stand in front, 0 for none.")
SIGNUP = env("COACHVAULT_SIGNUP", "first")
if SIGNUP not in {"first", "open"}:
    raise ImproperlyConfigured(f"COACHVAULT_SIGNUP is {SIGNUP}: it is `first` or `open`.")
HOLD_SECONDS = env.int("COACHVAULT_HOLD_SECONDS", 60)
CONTACT_CODE = env("COACHVAULT_CONTACT_CODE", "chosen")
if CONTACT_CODE not in {"chosen", "always"}:
    raise ImproperlyConfigured(f"COACHVAULT_CONTACT_CODE is {CONTACT_CODE}: it is `chosen` or `always`.")

# Who says when a signed document was closed: this instance itself, or an RFC 3161 server whose roots are in a file (PEM)
TSA_URL = env("COACHVAULT_TSA", "")
TSA_ROOTS_FILE = env("COACHVAULT_TSA_ROOTS", "")
if TSA_URL and (urlsplit(TSA_URL).scheme not in {"http", "https"} or not Path(TSA_ROOTS_FILE).is_file()):
    raise ImproperlyConfigured(
        "COACHVAULT_TSA is the http or https address of a timestamp server, and COACHVAULT_TSA_ROOTS a file with its root certificates (PEM)."
    )

# Secrets are files, made once by `make run`, readable by their owner alone
KEYS_FILE = KEYS_PLACE = Path(env("COACHVAULT_KEYS_FILE", str(DATA / "secrets" / "instance.keys")))
DEMO_SEED_FILE = DATA / "secrets" / "demo.seed"
if sys.argv[0].endswith("manage.py") and sys.argv[1:2] == ["restore"]:
    # It brings the secrets; until everything stands, its keys lie where nothing else finds them, so that nothing starts
    SECRET_KEY, KEYS_FILE = secrets.token_urlsafe(64), KEYS_PLACE.with_name("restoring.keys")
else:
    try:
        SECRET_KEY = (DATA / "secrets" / "django.key").read_text().strip()
        KEYS_FILE.stat()
    except FileNotFoundError as missing:
        raise ImproperlyConfigured(
            f"{missing.filename} is missing: nothing was started and nothing was written. On a new instance run `make run`, which makes it; "
            "on an old one put it back from the newest secrets archive: tar -xOf secrets-….tar instance.keys (or django.key). "
            "Where everything is lost: manage.py restore DIR."
        ) from None
# The asked-for package wants a key at import. Ours never use it: a new one at each start, so that nothing can come to depend on it.
FIELD_ENCRYPTION_KEY = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

DEBUG = False
ALLOWED_HOSTS = [f"[{HOST}]" if ":" in HOST else HOST, *(["127.0.0.1", "localhost"] if LOCAL else [])]
CSRF_TRUSTED_ORIGINS = [URL]
ROOT_URLCONF = "coachvault.urls"
WSGI_APPLICATION = "coachvault.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

# Two databases, two roles: the owner changes the schema, the application owns nothing
AS_OWNER = sys.argv[0].endswith("manage.py") and sys.argv[1:2] in (
    ["upgrade"],
    ["migrate"],
    ["makemigrations"],
    ["demo"],
    ["backup"],
    ["restore"],
    ["rotate_keys"],
)
private = addresses(DATA)


def database(name: str) -> dict:
    """The settings of the database whose addresses are `<name>_URL` and, for the owner, the matching one."""
    if AS_OWNER:
        name = {"DATABASE_URL": "OWNER_URL", "KEYRING_URL": "KEYRING_OWNER_URL"}[name]
    found = dsn.database(env(name, private[name]), name)
    # Values travel apart from their statement, and a connection plans what it asks again and again once
    found["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
    return found | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}


DATABASES = {"default": database("DATABASE_URL"), "keyring": database("KEYRING_URL")}
DATABASE_ROUTERS = ["vault.routers.KeyringRouter"]

INSTALLED_APPS = [
    "coachvault",
    "sessions",
    "consent",
    "clients",
    "accounts",
    "pades",
    "vault",
    "vault.keyring",
    "support",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "django_cotton",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "accounts.middleware.Answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonLanguage",
    "accounts.middleware.SeenHere",
    "accounts.middleware.VaultCookie",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coachvault.context.page",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "support.templatetags.words",
            ],
        },
    }
]
COTTON_DIR = "cotton"

# Signing in: allauth does the steps, the vault's slot is the check (accounts/models.py)
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PassphraseBackend", "guardian.backends.ObjectPermissionBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # no plain address in any column
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# By network only: a lock on an address would refuse the right passphrase. Per address a growing delay (accounts/rates.py).
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip",
    "reauthenticate": "20/m/user",
    "passkey": "60/m/ip",
    "check_a_file": "30/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]  # passkeys by our own pages: accounts/factors/passkeys.py
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "CoachVault"
MFA_FORMS = {"authenticate": "accounts.forms.CodeForm", "activate_totp": "accounts.forms.FirstCodeForm"}
ANONYMOUS_USER_NAME = None  # guardian: no anonymous person
GUARDIAN_RAISE_403 = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "security.W021"]  # W021: the preload list is for the domain's owner to decide

# Idle and longest life of an open vault, in seconds
VAULT_IDLE_SECONDS = 15 * 60
VAULT_LONGEST_SECONDS = 8 * 3600
VAULT_PENDING_SECONDS = 10 * 60

# Login sessions: hashed keys, sealed data (accounts/logins.py)
SESSION_ENGINE = "accounts.logins"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Cookies do not know ports: two instances on one machine need two names
if HTTPS:
    (SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, VAULT_COOKIE_NAME, LANGUAGE_COOKIE_NAME, THEME_COOKIE_NAME, DISCREET_COOKIE_NAME) = (
        f"__Host-{name}" for name in ("login", "csrf", "vault", "language", "theme", "discreet")
    )
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = VAULT_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    if PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
else:
    (SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, VAULT_COOKIE_NAME, LANGUAGE_COOKIE_NAME, THEME_COOKIE_NAME, DISCREET_COOKIE_NAME) = (
        f"{name}-{PORT}" for name in ("login", "csrf", "vault", "language", "theme", "discreet")
    )
    VAULT_COOKIE_SECURE = False
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Headers: everything from this host, nothing inline
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb", "interest-cohort", "display-capture")
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 13 * 1024 * 1024  # an agreement or a photograph of one; larger files are not taken in at all
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never a temporary file in clear

# Languages, times, static files
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env("COACHVAULT_TIME_ZONE", "Europe/Paris")
FORMAT_MODULE_PATH = None
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("COACHVAULT_STATIC", str(DATA / "static")))
STATICFILES_DIRS: list[Path] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA / "media"

# The cache holds counters only, and all processes share it
CACHES = {"default": {"BACKEND": "support.counters.Counters", "LOCATION": "cache", "OPTIONS": {"MAX_ENTRIES": 100_000}}}

# Jobs: PostgreSQL is the queue
# Mail: files unless an SMTP server is given
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # each room's jobs.py

MAIL = env("COACHVAULT_MAIL", "file")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("COACHVAULT_FROM", f"CoachVault <coachvault@{HOST if not LOCAL else 'localhost'}>")
if MAIL == "file":
    EMAIL_BACKEND = "support.mail.Folder"
    EMAIL_FILE_PATH = DATA / "mail"
else:
    vars().update(relay.server(MAIL))

# Reports and logs carry no variables, no POST data, no values
DEFAULT_EXCEPTION_REPORTER = "coachvault.error_reports.Reporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "coachvault.error_reports.Filter"
ADMINS: list[tuple[str, str]] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "coachvault.error_reports.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # what is turned away is told by the next one, with by whom and where
        "turnstile": {"level": "INFO"},
        "procrastinate": {"level": "WARNING"},
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
    },
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
