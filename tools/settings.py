"""Settings: addresses and secrets from `AMENDS_…` variables; everything else lives beside its behaviour."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ModelEndpoint(BaseModel):
    """An OpenAI-compatible endpoint for one kind of task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """Base address, for example `http://localhost:8000/v1`."""
    name: str
    """The model's name as the endpoint knows it."""
    key: SecretStr = SecretStr("none")
    timeout_seconds: float = 20.0
    max_tokens: int = 1200
    price_per_million_input: float | None = None
    """In US dollars; the cost of a call is recorded when both prices are set."""
    price_per_million_output: float | None = None


class Settings(BaseSettings):
    """What a deployment may choose. An address left out means the embedded service."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_", env_nested_delimiter="__", extra="ignore", frozen=True)

    data: Path = Path(".amends")
    """The one folder that holds everything the embedded installation keeps."""
    postgres_url: str | None = None
    """Owner's connection URL, for example `postgresql://owner:secret@db:5432/amends`; migrations run as it."""
    temporal_address: str | None = None
    temporal_namespace: str = "default"
    chroma_url: str | None = None
    master_key: SecretStr | None = None
    """64 hex digits that wrap every case's key; embedded installations make one in the data folder."""
    stripe_key: SecretStr | None = None
    """A Stripe secret key. Without it the local sandbox processor is used."""
    stripe_url: str | None = None
    """Another address with Stripe's interface; with `stripe_key` left out, the sandbox's own."""
    model: ModelEndpoint | None = None
    """`AMENDS_MODEL__URL`, `AMENDS_MODEL__NAME`, …: used for every task without one of its own."""
    model_claims: ModelEndpoint | None = None
    model_photos: ModelEndpoint | None = None
    model_prose: ModelEndpoint | None = None
    merchant: str = Field(default="", max_length=64)
    """The merchant whose cases `amends` speaks of when `--merchant` is left out."""
    reviewer: str = Field(default="", max_length=100)
    """Name that `amends review` signs with when `--by` is left out."""
