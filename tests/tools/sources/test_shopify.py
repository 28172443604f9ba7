"""Shopify's connector against a stand-in that holds every request to the Admin REST interface."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from knowledge.case import Device
from tests.tools.sources.played import asked, played
from tools.processors.sandbox.launch import RunningSandbox
from tools.processors.sandbox.messages import FaultKind
from tools.sources.ports import SourceError
from tools.sources.sandbox.control import SourcesControl
from tools.sources.shopify import ShopifyShop

PRIOR = {
    "processor_reference": "ch_shop_prior",
    "at": "2026-04-02T10:00:00Z",
    "amount": {"amount": "40.00", "currency": "USD"},
    "description": "Brass desk lamp",
    "device": {"ip": "203.0.113.9", "device_id": "a-device-id-of-some-length"},
    "email": "dana@example.com",
    "disputed": False,
    "refunded": True,
}


async def test_the_order_comes_back_as_it_was_sold(world: SourcesControl, shop: ShopifyShop) -> None:
    bundle, files = played("c01-visa-131", "shop_1", prior_transactions=[PRIOR])
    number = await world.play(bundle, files)
    found = await shop.order(asked(bundle, number))
    assert found is not None
    assert found.snapshot.order == bundle.order
    assert found.snapshot.merchant == bundle.merchant
    buyer = found.snapshot.buyer
    assert (buyer.name, buyer.email, buyer.country) == ("Dana Reyes", "shop_1@example.com", "US")
    [parcel] = found.snapshot.shipments
    assert (parcel.carrier, parcel.tracking_number) == ("ups", "1ZA00W120300000058")
    [prior] = found.snapshot.prior_transactions
    assert (prior.processor_reference, prior.refunded) == ("ch_shop_prior", True)
    assert prior.device == Device(ip="203.0.113.9", device_id="a-device-id-of-some-length")
    assert {each.path for each in found.files} == {
        f"sources/shop/{name}.json" for name in ("order", "transactions", "metafields", "orders-of-buyer")
    }


@pytest.mark.parametrize("told", [None, "O-shop_2-{}", "77"])
async def test_an_order_is_found_by_its_payment_alone_or_by_its_name(
    world: SourcesControl, shop: ShopifyShop, told: str | None
) -> None:
    suffix = f"shop_2-{told is None}-{told == '77'}".replace("-", "_")
    bundle, files = played("c01-visa-131", suffix)
    await world.play(bundle, files)
    found = await shop.order(asked(bundle, told and told.format(suffix)))
    assert found is not None
    assert found.snapshot.order.id == bundle.order.id


async def test_an_order_that_was_paid_otherwise_is_never_taken(world: SourcesControl, shop: ShopifyShop) -> None:
    bundle, files = played("c01-visa-131", "shop_3")
    number = await world.play(bundle, files)
    assert await shop.order(asked(bundle, number, reference="ch_of_another_order")) is None
    long_after = bundle.order.payment.captured_at + timedelta(hours=3)
    assert await shop.order(asked(bundle, captured_at=long_after)) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FaultKind.RATE_LIMIT, "429"),
        (FaultKind.SERVER_ERROR, "500"),
        (FaultKind.GATEWAY_TIMEOUT, "504"),
        (FaultKind.DROP_BEFORE, "did not answer"),
        (FaultKind.HANG_BEFORE, "did not answer"),
    ],
)
async def test_a_shop_in_trouble_is_worth_asking_again(
    world: SourcesControl, shop: ShopifyShop, kind: FaultKind, words: str
) -> None:
    bundle, files = played("c01-visa-131", f"shop_4_{kind.value}")
    number = await world.play(bundle, files)
    await world.plan_fault(kind, ".*/transactions.json")
    with pytest.raises(SourceError, match=words) as failed:
        await shop.order(asked(bundle, number))
    assert failed.value.retry
    assert await shop.order(asked(bundle, number)) is not None


async def test_a_refused_key_names_the_setting_to_mend(sources: RunningSandbox) -> None:
    shop = ShopifyShop("lumen", sources.url, SecretStr("wrong"))
    bundle, _ = played("c01-visa-131", "shop_5")
    with pytest.raises(SourceError, match="AMENDS_SHOPS") as failed:
        await shop.order(asked(bundle, "77"))
    assert not failed.value.retry
    await shop.close()
