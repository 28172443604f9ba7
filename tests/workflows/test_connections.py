"""Which processors an installation is connected to."""

from pathlib import Path
from typing import Any

import pytest

from knowledge.case import ProcessorName
from tests.workflows.house import House
from tools.embedded import Addresses
from tools.ports import ProcessorError
from tools.settings import Settings
from workflows.connections import open_processors
from workflows.installation import NotRunningError, open_installation

_SERVICES = {"postgres_url": "postgresql://x", "temporal_address": "x:1", "chroma_url": "http://x"}
_NONE = dict.fromkeys("stripe_key stripe_url paypal_client_id paypal_secret paypal_url adyen_key adyen_url".split())
NOBODY = "http://127.0.0.1:9"


def settings(**given: Any) -> Settings:
    return Settings.model_validate(_NONE | _SERVICES | given)


def addresses(**given: str) -> Addresses:
    return Addresses.model_validate(_SERVICES | {"temporal_namespace": "default"} | given)


@pytest.mark.parametrize(
    ("given", "known", "names"),
    [
        ({"stripe_key": "sk_test_x"}, {}, (ProcessorName.STRIPE,)),
        ({"paypal_client_id": "AbC", "paypal_secret": "s"}, {}, (ProcessorName.PAYPAL,)),
        ({}, {"stripe_url": NOBODY, "paypal_url": NOBODY}, (ProcessorName.STRIPE, ProcessorName.PAYPAL)),
        ({}, {"adyen_url": f"{NOBODY}/adyen"}, (ProcessorName.ADYEN,)),
    ],
)
async def test_credentials_or_a_sandbox_connect_a_processor(
    house: House, given: dict[str, str], known: dict[str, str], names: tuple[ProcessorName, ...]
) -> None:
    async with open_processors(settings(**given), addresses(**known), house.installation.records) as connected:
        assert connected.names() == names


async def test_credentials_go_where_the_settings_say_and_to_no_sandbox_that_happens_to_run(house: House) -> None:
    given = settings(paypal_client_id="AbC", paypal_secret="s", paypal_url="http://127.0.0.1:10")
    known = addresses(paypal_url="not an address at all")
    async with open_processors(given, known, house.installation.records) as connected:
        with pytest.raises(ProcessorError, match="did not answer: get a token") as unanswered:
            await connected.of(ProcessorName.PAYPAL).charge("CAPTURE1")
    assert unanswered.value.retry is True


@pytest.mark.parametrize("half", [{"paypal_client_id": "AbC"}, {"paypal_secret": "s"}])
async def test_half_of_paypals_credentials_is_refused(half: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="set both AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET"):
        async with open_installation(settings(data=tmp_path, stripe_key="sk_test_x", **half)):
            pass
