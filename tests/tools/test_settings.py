"""Settings: what is refused at the start, that a refusal tells no secret, and that the operators' document has each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tools.settings import Settings

STRIPE: dict[str, Any] = {
    "processor": "stripe",
    "account": "acct_1",
    "merchant": "lumen",
    "secrets": ["whsec_a", "whsec_b"],
}
PAYPAL: dict[str, Any] = {
    "processor": "paypal",
    "account": "RD465",
    "merchant": "lumen",
    "secrets": ["1JE4291016473214C"],
}
ADYEN: dict[str, Any] = {
    "processor": "adyen",
    "account": "Lumen_ECOM",
    "merchant": "lumen",
    "secrets": ["Ab" * 32],
    "live": False,
}


def read(monkeypatch: pytest.MonkeyPatch, accounts: list[dict[str, Any]]) -> Settings:
    monkeypatch.setenv("AMENDS_WEBHOOKS", json.dumps(accounts))
    return Settings()


def test_accounts_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, [STRIPE, PAYPAL, ADYEN, {**STRIPE, "account": "acct_2"}])
    assert [(each.processor.value, each.account, each.live) for each in settings.webhooks] == [
        ("stripe", "acct_1", True),
        ("paypal", "RD465", True),
        ("adyen", "Lumen_ECOM", False),
        ("stripe", "acct_2", True),
    ]
    assert [secret.get_secret_value() for secret in settings.webhooks[0].secrets] == ["whsec_a", "whsec_b"]
    assert "whsec_a" not in repr(settings)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (STRIPE | {"secrets": ["sk_live_verysecret"]}, "whsec_"),
        (STRIPE | {"secrets": ()}, "secrets"),
        (PAYPAL | {"secrets": ["very-secret!"]}, "webhook's id"),
        (ADYEN | {"secrets": ["verysecret"]}, "64 hex digits"),
        (ADYEN | {"secrets": ["Ab" * 32, ""]}, "64 hex digits"),
        (STRIPE | {"account": "a/b"}, "account"),
        (STRIPE | {"merchant": ""}, "merchant"),
        (STRIPE | {"processor": "square"}, "processor"),
        (STRIPE | {"secret": "verysecret"}, "secret"),
    ],
)
def test_an_account_that_could_not_be_checked_is_refused_without_telling_its_secret(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        read(monkeypatch, [changed])
    assert "verysecret" not in str(refused.value)
    assert "very-secret" not in str(refused.value)


def test_an_account_told_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="once"):
        read(monkeypatch, [STRIPE, {**STRIPE, "merchant": "another"}])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"adyen_account": None}, "set AMENDS_ADYEN_ACCOUNT"),
        ({"webhooks": [STRIPE]}, "must name the account Lumen_ECOM of adyen"),
        ({"adyen_live_prefix": "1797a841-Lumen"}, "leave it out for one whose webhook says live: false"),
        ({"webhooks": [ADYEN | {"live": True}]}, "set it for a live account"),
        ({"adyen_url": "http://127.0.0.1:12111/adyen"}, "leave it out beside AMENDS_ADYEN_KEY"),
    ],
)
def test_a_connection_to_adyen_that_could_not_hear_what_became_of_its_refunds_is_refused(
    given: dict[str, Any], words: str
) -> None:
    whole = {"adyen_key": "very-secret", "adyen_account": "Lumen_ECOM", "webhooks": [ADYEN]}
    connected = Settings.model_validate(whole).adyen_webhook
    assert connected is not None
    assert connected.merchant == "lumen"
    with pytest.raises(ValidationError, match=words) as refused:
        Settings.model_validate(whole | given)
    assert "very-secret" not in str(refused.value)


def test_the_operators_document_names_every_setting() -> None:
    document = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    named = {name.partition("__")[0] for name in re.findall(r"`(AMENDS_[A-Z_]+)", document)}
    assert {f"AMENDS_{name.upper()}" for name in Settings.model_fields} - named == set()
