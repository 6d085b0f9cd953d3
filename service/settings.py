"""What the environment may say about the service. Read once, when it starts."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.settings import Settings
from service.store.engine import sqlite_url


class ServiceSettings(BaseSettings):
    """Variables with the prefix TRIAGE_."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="ignore")

    database: SecretStr | None = Field(
        default=None, description="sqlite:///FILE or postgresql://...; a file under TRIAGE_VAR when unset."
    )
    requests_a_minute: int = Field(default=600, ge=1, description="Of one credential.")
    messages_a_minute: int = Field(default=120, ge=1, description="Of one customer or visitor.")
    visitors_a_minute: int = Field(
        default=60, ge=1, description="Conversations that visitors of the page begin, of all together."
    )
    limits: bool = Field(default=True, description="Off, requests are counted and never refused for their number.")
    in_progress: int = Field(default=32, ge=1, description="Requests that one worker has in progress at most.")
    demo: bool = Field(default=False, description="Whether visitors may be customers of the demo shop; `serve --demo`.")
    https: bool = Field(
        default=False, description="Whether browsers come over TLS, which something before the service ends."
    )
    patience: float = Field(
        default=10.0, gt=0, description="Seconds that a client has to send a request's head, or its body, or to read."
    )

    def url(self, settings: Settings) -> str:
        """Return the database's URL."""
        if self.database is not None:
            return self.database.get_secret_value()
        return sqlite_url(self.file(settings))

    def file(self, settings: Settings) -> Path:
        """Return the SQLite file that is used where no database is named."""
        return settings.var / "service.db"
