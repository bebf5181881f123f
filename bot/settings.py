"""Every setting, read once from the environment or .env; docs/settings.md says what each is for."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

ROOT = Path(__file__).resolve().parent.parent


DATABASES = ("sqlite", "postgresql")
LOG_LEVELS = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ADDRESS = r"^https?://[^\s]+$"
_ORIGIN = re.compile(r"(https://[a-z0-9.-]*[a-z0-9]|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?")


def _languages(given: Any) -> Any:
    """`en`, `en,es` or a JSON list, each language once."""
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.lstrip().startswith("[") else given.split(",")
        except ValueError:
            raise ValueError('write it as en,es or ["en", "es"]') from None
    names = [str(name).strip() for name in given]
    if wrong := [name for name in names if not _LANGUAGE.fullmatch(name)]:
        raise ValueError(f"{wrong[0]!r} is no language code such as en")
    return tuple(dict.fromkeys(names))


def is_origin(name: str) -> bool:
    """Whether it is a site as browsers name it: https://school.example."""
    return _ORIGIN.fullmatch(name) is not None


def _origins(given: Any) -> Any:
    """Sites as browsers name them, `https://school.example`; http for this machine alone."""
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    names = tuple(dict.fromkeys(str(name).strip().rstrip("/").lower() for name in given))
    if wrong := [name for name in names if not is_origin(name)]:
        raise ValueError(f"{wrong[0]!r} is no site such as https://school.example")
    return names


def _site(given: Any) -> Any:
    """One site as browsers name it, or nothing."""
    if isinstance(given, str) and given.strip():
        return _origins(given)[0]
    return given


def _capitals(given: Any) -> Any:
    return given.strip().upper() if isinstance(given, str) else given


def _day(given: Any) -> Any:
    """2027-06-30 and no other form; a day that the calendar lacks is refused as well."""
    if not isinstance(given, str):
        return given
    try:
        if _DAY.fullmatch(given.strip()):  # newer Pythons read more forms of ISO 8601
            return date.fromisoformat(given.strip())
    except ValueError:
        pass
    raise ValueError("write it as a day of the calendar such as 2027-06-30")


def _usable(address: str) -> str:
    """The address when it can be connected to. No message holds it: it may hold a password."""
    try:
        url = make_url(address)
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise ValueError(
            "no SQLAlchemy address of an installed driver, such as "
            "sqlite:////folder/handrail.db or postgresql+psycopg2://user@host/name"
        ) from None
    if url.get_backend_name() not in DATABASES or dialect.is_async:
        raise ValueError(f"the database must be one of {', '.join(DATABASES)}, without async")
    return address


class Settings(BaseSettings):
    """Settings, each from HANDRAIL_<NAME>. A wrong value raises pydantic's ValidationError."""

    model_config = SettingsConfigDict(
        env_prefix="HANDRAIL_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    data_folder: Path = Field(ROOT / "var", description="Databases, keys, releases, logs.")
    models_folder: Path = Field(ROOT / "models", description="Trained Rasa models.")
    database_url: str | None = Field(None, description="Content, sessions, inbox, outbox.")
    tracker_database_url: str | None = Field(None, description="Minimised conversation states.")

    gateway_host: str = Field("127.0.0.1", description="Address of the page and the API.")
    gateway_port: int = Field(8000, ge=0, le=65535, description="Port of the page and the API.")
    console_host: str = Field("127.0.0.1", description="Address of the staff console.")
    console_port: int = Field(8001, ge=0, le=65535, description="Port of the staff console.")
    console_url: Annotated[str | None, BeforeValidator(_site)] = Field(
        None, description="Where the browsers of staff find the console."
    )
    console_database_url: str | None = Field(None, description="The console's own database role.")
    worker_host: str = Field("127.0.0.1", description="Private address of the Rasa worker.")
    worker_port: int = Field(5005, ge=0, le=65535, description="Private port of the Rasa worker.")
    worker_token: SecretStr | None = Field(None, description="Shared by gateway and worker.")
    secret_key: SecretStr | None = Field(
        None, min_length=32, description="Seals the inbox and the buttons."
    )

    locales: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_languages)] = Field(
        ("en", "es"), min_length=1, description="Languages offered."
    )
    default_country: str = Field(
        "US", pattern="^[A-Z]{2}$", description="Country of the help cards until one is named."
    )
    answer_deadline: float = Field(
        2.0, gt=0, le=30, description="Seconds until the crisis card answers for a late worker."
    )
    text_limit: int = Field(1000, ge=100, le=4000, description="Characters that are understood.")
    body_limit: int = Field(262_144, ge=4096, description="Bytes of a request that are read.")
    session_hours: float = Field(24, gt=0, le=24, description="Life of a web conversation.")
    channel_days: float = Field(
        14, gt=0, le=30, description="Life of a messaging conversation after its last message."
    )
    text_minutes: float = Field(
        15, gt=0, le=15, description="Longest time that a sealed text waits for its turn."
    )
    exit_url: str = Field(
        "https://www.wikipedia.org/", pattern="^https://", description="Where Leave leads."
    )
    idle_minutes: float = Field(
        10, ge=0, le=120, description="Rest after which the page clears itself; 0 for never."
    )
    embed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        (), description="Sites that may show the page inside theirs."
    )
    retirement_date: Annotated[date | None, BeforeValidator(_day)] = Field(
        None, description="Day (UTC) from which the service is over and only names helplines."
    )
    learn_unclear: bool = Field(
        False, description="Keep redacted words of what was not understood, for 30 days."
    )
    public_url: Annotated[str | None, BeforeValidator(_site)] = Field(
        None, description="Where the internet finds this service."
    )
    telegram_token: SecretStr | None = Field(None, description="Telegram: the bot's token.")
    twilio_account: str | None = Field(None, description="Twilio: the account's SID.")
    twilio_auth_token: SecretStr | None = Field(None, description="Twilio: the auth token.")
    twilio_discard: bool = Field(False, description="Twilio: ask it to keep no text.")
    messenger_page_token: SecretStr | None = Field(None, description="Messenger: the page's token.")
    messenger_app_secret: SecretStr | None = Field(None, description="Messenger: the app's secret.")
    messenger_verify_token: SecretStr | None = Field(
        None, description="Messenger: the word that its handshake repeats."
    )
    slack_bot_token: SecretStr | None = Field(None, description="Slack: the bot's token.")
    slack_signing_secret: SecretStr | None = Field(None, description="Slack: the signing secret.")
    telegram_api: str = Field(
        "https://api.telegram.org", pattern=ADDRESS, description="Telegram's API."
    )
    twilio_api: str = Field("https://api.twilio.com", pattern=ADDRESS, description="Twilio's API.")
    twilio_content_api: str = Field(
        "https://content.twilio.com", pattern=ADDRESS, description="Twilio's API for lists."
    )
    messenger_api: str = Field(
        "https://graph.facebook.com/v26.0", pattern=ADDRESS, description="Messenger's API."
    )
    slack_api: str = Field("https://slack.com/api/", pattern=ADDRESS, description="Slack's API.")
    log_level: Annotated[LOG_LEVELS, BeforeValidator(_capitals)] = Field(
        "WARNING", description="Level of the logs; they never hold a text."
    )

    @field_validator("database_url", "tracker_database_url", "console_database_url")
    @classmethod
    def _is_database(cls, given: str | None) -> str | None:
        return given if given is None else _usable(given)

    @property
    def database(self) -> str:
        """SQLAlchemy address of the main database."""
        return self.database_url or f"sqlite:///{self.data_folder / 'handrail.db'}"

    @property
    def console_address(self) -> str:
        """Where browsers find the console: passkeys are for a name and not for 127.0.0.1."""
        return self.console_url or f"http://localhost:{self.console_port}"

    @property
    def console_database(self) -> str:
        """SQLAlchemy address under which the console works."""
        return self.console_database_url or self.database

    @property
    def tracker_database(self) -> str:
        """SQLAlchemy address of the tracker store."""
        return self.tracker_database_url or f"sqlite:///{self.data_folder / 'trackers.db'}"

    @property
    def worker_url(self) -> str:
        return f"http://{self.worker_host}:{self.worker_port}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; a wrong one ends it and says which and why."""
    return read_settings()


def read_settings() -> Settings:
    """Read the settings anew. With a wrong one: a line on stderr for each, and SystemExit(2)."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"HANDRAIL_{str(problem['loc'][0]).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
    except SettingsError as error:
        lines = [str(error)]
    except UnicodeDecodeError:
        lines = [".env: not UTF-8 text"]
    for line in lines:
        print(f"{line} (see docs/settings.md)", file=sys.stderr)
    raise SystemExit(2)
