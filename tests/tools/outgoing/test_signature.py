"""Signatures: the right one holds, and every other does not."""

import hashlib
import hmac
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools.outgoing.signature import NotFromAmends, sign, verify

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
BODY = b'{"id":"evt_1"}'


def test_the_scheme_is_hmac_of_time_and_body_as_documented() -> None:
    mac = hmac.new(b"whsec_a", f"{int(NOW.timestamp())}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert sign(BODY, ["whsec_a"], NOW) == f"t={int(NOW.timestamp())},v1={mac}"


def test_either_of_two_secrets_holds() -> None:
    header = sign(BODY, ["whsec_a", "whsec_b"], NOW)
    for secret in ("whsec_a", "whsec_b"):
        verify(BODY, header, secret, NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("body", "secret", "after", "change"),
    [
        (BODY + b" ", "whsec_a", 0, None),
        (BODY, "whsec_b", 0, None),
        (BODY, "whsec_a", 6, None),
        (BODY, "whsec_a", -6, None),
        (BODY, "whsec_a", 0, ""),
        (BODY, "whsec_a", 0, "v1=abc"),
        (BODY, "whsec_a", 0, "t=²,v1=abc"),
        (BODY, "whsec_a", 0, "t=1,t=2,v1=abc"),
    ],
)
def test_anything_else_is_not_from_amends(body: bytes, secret: str, after: int, change: str | None) -> None:
    header = sign(BODY, ["whsec_a"], NOW) if change is None else change
    with pytest.raises(NotFromAmends):
        verify(body, header, secret, NOW + timedelta(minutes=after))


def test_the_check_the_documentation_shows_is_right() -> None:
    text = (Path(__file__).parents[3] / "docs" / "integrators.md").read_text(encoding="utf-8")
    shown = textwrap.dedent(text[text.index("    def is_from_amends") : text.index("Answer with 2xx within")])
    names: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib, "time": time}
    exec(shown, names)
    now = datetime.now(UTC)
    header = sign(BODY, ["whsec_old", "whsec_a"], now)
    assert names["is_from_amends"](BODY, header, "whsec_a")
    assert not names["is_from_amends"](BODY, header, "whsec_b")
    assert not names["is_from_amends"](BODY + b" ", header, "whsec_a")
    assert not names["is_from_amends"](BODY, sign(BODY, ["whsec_a"], now - timedelta(minutes=6)), "whsec_a")
