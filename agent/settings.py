"""What the environment may say. Read once, when the parts are put together."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Variables with the prefix TRIAGE_."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="ignore")

    var: Path = Field(default=Path("var"), description="Where built parts and the demo shop live.")
    release: str = Field(default="embedded", description="A release's id, or its kind for the newest of it.")
    encoder: str | None = Field(default=None, description="A folder or hub name of another encoder.")
    threads: int | None = Field(default=None, ge=1, description="Of the serving encoder; all cores when unset.")
    shop: str | None = Field(default=None, description="Address of a real shop, see tools/http_shop.py; else the demo.")
    shop_token: SecretStr | None = Field(default=None, description="The bearer token that the real shop wants.")


class IndexSettings(BaseSettings):
    """Which Chroma server is asked for passages; with none it is the folder. A variable that is empty is not set."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="CHROMA_", env_ignore_empty=True)

    url: str | None = Field(default=None, description="Of the server, or of what stands before it; else the folder.")
    token: SecretStr | None = Field(default=None, description="The bearer token that is wanted there.")


class ServerSettings(BaseSettings):
    """Which model server is asked, and what a million tokens cost there in US dollars.

    A variable that is set and empty is not set.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    model: str | None = Field(default=None, validation_alias="OPENAI_MODEL")
    price_input: float | None = Field(default=None, ge=0, allow_inf_nan=False, validation_alias="TRIAGE_PRICE_INPUT")
    price_cached: float | None = Field(default=None, ge=0, allow_inf_nan=False, validation_alias="TRIAGE_PRICE_CACHED")
    price_output: float | None = Field(default=None, ge=0, allow_inf_nan=False, validation_alias="TRIAGE_PRICE_OUTPUT")

    def named(self) -> bool:
        """Say whether a server is named: by its address, or by a key of OpenAI's own."""
        return self.api_key is not None or self.base_url is not None
