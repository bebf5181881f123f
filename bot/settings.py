"""Every setting, read once from the environment or .env; docs/settings.md says what each is for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


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
    worker_host: str = Field("127.0.0.1", description="Private address of the Rasa worker.")
    worker_port: int = Field(5005, ge=0, le=65535, description="Private port of the Rasa worker.")
    worker_token: SecretStr | None = Field(None, description="Shared by gateway and worker.")
    secret_key: SecretStr | None = Field(
        None, min_length=32, description="Seals the inbox and the buttons."
    )

    locales: tuple[str, ...] = Field(("en",), min_length=1, description="Languages offered.")
    default_country: str = Field(
        "US", pattern="^[A-Z]{2}$", description="Country of the help cards until one is named."
    )
    answer_deadline: float = Field(
        2.0, gt=0, le=30, description="Seconds until the crisis card answers for a late worker."
    )
    text_limit: int = Field(1000, ge=100, le=4000, description="Characters that are understood.")
    body_limit: int = Field(262_144, ge=4096, description="Bytes of a request that are read.")
    session_hours: float = Field(24, gt=0, le=24, description="Life of a web conversation.")
    text_minutes: float = Field(
        15, gt=0, le=15, description="Longest time that a sealed text waits for its turn."
    )
    exit_url: str = Field(
        "https://www.wikipedia.org/", pattern="^https://", description="Where Leave leads."
    )
    log_level: str = Field("WARNING", description="Level of the logs; they never hold a text.")

    @property
    def database(self) -> str:
        """SQLAlchemy address of the main database."""
        return self.database_url or f"sqlite:///{self.data_folder / 'handrail.db'}"

    @property
    def tracker_database(self) -> str:
        """SQLAlchemy address of the tracker store."""
        return self.tracker_database_url or f"sqlite:///{self.data_folder / 'trackers.db'}"

    @property
    def worker_url(self) -> str:
        return f"http://{self.worker_host}:{self.worker_port}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
