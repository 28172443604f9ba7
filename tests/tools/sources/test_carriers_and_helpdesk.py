"""The aggregator's and the helpdesk's connectors against their stand-ins."""

import pytest

from knowledge.case import Author
from knowledge.tracking import TrackingStatus
from samples.pictures import draw
from tests.tools.sources.played import played
from tools.carriers import read_route
from tools.processors.sandbox.messages import FaultKind
from tools.sources.aggregator import Aggregator
from tools.sources.helpdesk import Helpdesk
from tools.sources.ports import SourceError
from tools.sources.sandbox.control import SourcesControl


async def test_a_carriers_answer_comes_as_it_was_given(world: SourcesControl, aggregator: Aggregator) -> None:
    bundle, files = played("c01-visa-131", "car_1")
    await world.play(bundle, files)
    raw = await aggregator.tracking("ups", "1ZA00W120300000058")
    assert raw is not None
    assert raw == files["tracking/parcel.json"]
    assert any(event.status is TrackingStatus.DELIVERED for event in read_route("ups", raw).events)


async def test_an_unknown_parcel_is_none_and_a_carrier_in_trouble_an_error(
    world: SourcesControl, aggregator: Aggregator
) -> None:
    assert await aggregator.tracking("ups", "1Z-nobody") is None
    await world.plan_fault(FaultKind.SERVER_ERROR, "/v1/trackings/.*")
    with pytest.raises(SourceError, match="carrier answered") as failed:
        await aggregator.tracking("ups", "1Z-nobody")
    assert failed.value.retry


async def test_the_thread_is_read_in_its_order_without_the_private_note(
    world: SourcesControl, helpdesk: Helpdesk
) -> None:
    bundle, files = played("c04-mc-4853-described", "desk_1")
    photo = draw("lamp", "minor", 7)
    with_photo = bundle.model_copy(
        update={
            "documents": (
                *bundle.documents,
                {
                    "id": "d-9",
                    "path": "mail/photo.jpg",
                    "kind": "correspondence",
                    "author": "buyer",
                    "title": "A photo",
                },
            )
        }
    )
    sent = type(bundle).model_validate(with_photo.model_dump(mode="json", warnings=False))
    await world.play(sent, {**files, "mail/photo.jpg": photo})
    threads = await helpdesk.threads("O-desk_1", "desk_1@example.com")
    assert [(one.author, one.at, one.text) for one in threads.messages] == [
        (one.author, one.at, one.text) for one in bundle.messages
    ]
    [attached] = [file for file in threads.files if file.path.startswith("attachments/")]
    assert (attached.content, attached.author) == (photo, Author.BUYER)
    assert [file.path.startswith("sources/helpdesk/ticket-") for file in threads.files].count(True) == 1


async def test_threads_are_found_by_the_buyers_address_too(world: SourcesControl, helpdesk: Helpdesk) -> None:
    bundle, files = played("c01-visa-131", "desk_2")
    await world.play(bundle, files)
    assert len((await helpdesk.threads("another-order", "desk_2@example.com")).messages) == 1
    assert (await helpdesk.threads("another-order", None)).messages == ()


@pytest.mark.parametrize("path", ["/api/v2/tickets.json", "/api/v2/tickets/.*/comments.json"])
async def test_a_helpdesk_in_trouble_is_an_error_and_not_silence(
    world: SourcesControl, helpdesk: Helpdesk, path: str
) -> None:
    bundle, files = played("c01-visa-131", f"desk_3_{len(path)}")
    await world.play(bundle, files)
    await world.plan_fault(FaultKind.RATE_LIMIT, path)
    with pytest.raises(SourceError, match="429") as failed:
        await helpdesk.threads(bundle.order.id, bundle.buyer.email)
    assert failed.value.retry
