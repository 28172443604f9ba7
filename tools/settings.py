"""Settings: addresses and secrets from `AMENDS_…` variables; everything else lives beside its behaviour."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.rules.authority import Role
from knowledge.rules.retention import RetentionPolicy
from tools.intake.notice import WebhookProcessor

_WEBHOOK_SECRETS = {
    WebhookProcessor.STRIPE: (r"whsec_\S+", "the endpoint's signing secret, whsec_…"),
    WebhookProcessor.PAYPAL: (r"[A-Za-z0-9]+", "the webhook's id as PayPal shows it, letters and digits"),
    WebhookProcessor.ADYEN: (r"[0-9A-Fa-f]{64}", "the webhook's HMAC key, 64 hex digits"),
}


class LogForm(StrEnum):
    """How log lines are written."""

    JSON = "json"
    TEXT = "text"


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


class WebhookAccount(BaseModel):
    """An account at a processor that sends webhooks to `/webhooks/{processor}/{account}`, and whose it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    processor: WebhookProcessor
    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    """The processor's own id of it: Adyen's merchant account, Stripe's `acct_…`, PayPal's merchant id."""
    merchant: Annotated[str, Field(min_length=1, max_length=64)]
    secrets: Annotated[tuple[SecretStr, ...], Field(min_length=1)]
    """What signatures are checked with; several hold while one is replaced."""
    live: bool = True
    """False for an account that sends test events; the other kind is refused."""

    @model_validator(mode="after")
    def _usable_secrets(self) -> Self:
        form, meant = _WEBHOOK_SECRETS[self.processor]
        if not all(re.fullmatch(form, secret.get_secret_value()) for secret in self.secrets):
            raise ValueError(f"secrets of {self.processor.value}/{self.account} must each be {meant}")
        return self


class GroupRole(BaseModel):
    """A group at the identity provider whose members get an account with this role at their first sign-in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: Annotated[str, Field(min_length=1, max_length=200)]
    merchant: Annotated[str, Field(min_length=1, max_length=64)]
    role: Role = Role.REVIEWER


class OidcSettings(BaseModel):
    """The identity provider people sign in through, beside passwords."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    """As the provider writes it, to the last slash."""
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr
    name: str = ""
    """What the button calls it; the issuer's host when left out."""
    group_claim: str = ""
    """The claim that lists a person's groups, for example `groups`."""
    roles: tuple[GroupRole, ...] = ()
    """Left out, only people who have an account come in."""


class ShopConnection(BaseModel):
    """A merchant's Shopify shop, asked for the order of a disputed payment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    merchant: Annotated[str, Field(min_length=1, max_length=64)]
    url: str
    """`https://….myshopify.com`."""
    key: SecretStr
    """The Admin token of the shop's own app, `shpat_…`."""


class HelpdeskConnection(BaseModel):
    """A merchant's Zendesk, asked for what was written about a disputed order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    merchant: Annotated[str, Field(min_length=1, max_length=64)]
    url: str
    """`https://….zendesk.com`."""
    user: str
    """The e-mail address of the agent whose token it is."""
    key: SecretStr


class Settings(BaseSettings):
    """What a deployment may choose. An address left out means the embedded service."""

    model_config = SettingsConfigDict(
        env_prefix="AMENDS_",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it may be a secret in the wrong place
    )

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
    paypal_client_id: str | None = None
    """A PayPal application's client id, with `paypal_secret`. Without both the local sandbox processor is used."""
    paypal_secret: SecretStr | None = None
    paypal_url: str | None = None
    """Another address with PayPal's interface: its own https://api-m.sandbox.paypal.com; without credentials, ours."""
    adyen_key: SecretStr | None = None
    """An Adyen API key with the role for disputes and for refunds. Without it Adyen is played by the sandbox."""
    adyen_account: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    """The merchant account the key is for; its webhook stands in `webhooks`, because Adyen tells by webhook alone."""
    adyen_live_prefix: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,100}$")
    """The company's prefix of live addresses; left out, Adyen's test system is called."""
    adyen_url: str | None = None
    """Adyen's side of another sandbox, for example `http://127.0.0.1:12111/adyen`; only without `adyen_key`."""
    processor_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long an answer of a processor is waited for before the step is tried again."""
    webhooks: tuple[WebhookAccount, ...] = ()
    """A JSON list; each account once."""
    webhook_port: int | None = Field(default=None, ge=1, le=65535)
    """Where `amends up` receives webhooks; left out, it does not."""
    webhook_host: str = "127.0.0.1"
    """The address the webhooks' door listens on, behind a proxy that ends TLS."""
    console_port: int | None = Field(default=None, ge=1, le=65535)
    """Where the console is served; left out, 8000, or a free one while another program has that."""
    console_host: str = "127.0.0.1"
    """The address the console listens on; anything but this host needs a proxy that ends TLS."""
    console_secure: bool = False
    """Browsers come over TLS: cookies are sent over it alone."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+$")
    """Where buyers reach the console from outside, `https://help.shop.example`; mails then carry the buyer's link."""
    api_requests_per_minute: int = Field(default=600, ge=1)
    """How often one API key may ask."""
    webhooks_to_private_addresses: bool = False
    """Outgoing webhooks may go to this host, to private networks and without TLS: for tests and local sandboxes."""
    shops: tuple[ShopConnection, ...] = ()
    """A JSON list; one shop a merchant. Without one, imported orders serve as the shop."""
    helpdesks: tuple[HelpdeskConnection, ...] = ()
    """A JSON list; one a merchant."""
    carriers_url: str | None = None
    """A carrier aggregator, asked for tracking answers (`tools/sources/aggregator`)."""
    carriers_key: SecretStr | None = None
    model: ModelEndpoint | None = None
    """`AMENDS_MODEL__URL`, `AMENDS_MODEL__NAME`, …: used for every task without one of its own."""
    model_claims: ModelEndpoint | None = None
    model_photos: ModelEndpoint | None = None
    model_prose: ModelEndpoint | None = None
    log: LogForm | None = None
    """`json` or `text`; left out, text for a terminal and JSON for everything else."""
    metrics_port: int | None = Field(default=None, ge=1, le=65533)
    """Where a process shows figures, health and readiness; left out, nowhere. `amends up` counts on for its doors."""
    metrics_host: str = "127.0.0.1"
    """The address of that port; nobody is asked for a password there, so never a public one."""
    metrics_by_merchant: bool = False
    """Whether figures name merchants; without it they are sums over all."""
    oidc: OidcSettings | None = None
    """`AMENDS_OIDC__ISSUER`, `AMENDS_OIDC__CLIENT_ID`, `AMENDS_OIDC__CLIENT_SECRET`, …: sign-in through a provider."""
    retention: dict[str, RetentionPolicy] = {}
    """Days by merchant and kind, as JSON; what is left out has the defaults of `knowledge/rules/retention.py`."""
    merchant: str = Field(default="", max_length=64)
    """The merchant whose cases `amends` speaks of when `--merchant` is left out."""
    reviewer: str = Field(default="", max_length=100)
    """Name that `amends review` signs with when `--by` is left out."""

    @property
    def adyen_webhook(self) -> WebhookAccount | None:
        """The webhook of the Adyen account that is connected."""
        named = (WebhookProcessor.ADYEN, self.adyen_account)
        return next((each for each in self.webhooks if (each.processor, each.account) == named), None)

    @model_validator(mode="after")
    def _adyen_whole(self) -> Self:
        if self.adyen_key is None:
            return self
        if self.adyen_account is None:
            raise ValueError("adyen_key: set AMENDS_ADYEN_ACCOUNT to the merchant account the key is for")
        if self.adyen_url is not None:
            raise ValueError("adyen_url: leave it out beside AMENDS_ADYEN_KEY; it names a sandbox")
        webhook = self.adyen_webhook
        if webhook is None:
            raise ValueError(
                f"adyen_key: AMENDS_WEBHOOKS must name the account {self.adyen_account} of adyen, which tells "
                "by webhook alone what became of refunds and disputes"
            )
        if webhook.live is not (self.adyen_live_prefix is not None):
            raise ValueError(
                "adyen_live_prefix: set it for a live account and leave it out for one whose webhook says live: false"
            )
        return self

    @model_validator(mode="after")
    def _each_account_once(self) -> Self:
        places = [(each.processor, each.account) for each in self.webhooks]
        if len(set(places)) < len(places):
            raise ValueError("webhooks: each account of a processor may stand there once")
        return self

    @model_validator(mode="after")
    def _one_source_a_merchant(self) -> Self:
        for name, connections in (("shops", self.shops), ("helpdesks", self.helpdesks)):
            merchants = [each.merchant for each in connections]
            if len(set(merchants)) < len(merchants):
                raise ValueError(f"{name}: each merchant may stand there once")
        return self
