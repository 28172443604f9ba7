"""What was offered is paid, whatever rules the next release brings; recorded histories replay."""

import hashlib
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from agents.models.calls import CallLog
from agents.models.gateway import ModelGateway
from knowledge.rules.policy import HOUSE_POLICY, SeverityBand
from tests.workflows.house import MASTER_KEY, House, drop_finished_workers, plain_household, scratched
from workflows.chargeback_case import ChargebackCase
from workflows.codec import data_converter
from workflows.desk import NotNowError
from workflows.gather_dispute import GatherDispute
from workflows.installation import WrongMasterKeyError, open_installation
from workflows.messages import BuyerMessage, BuyerMove, Stage
from workflows.refund_case import RefundCase
from workflows.worker import RUNNER, graph_plugin

HISTORIES = Path(__file__).parent / "histories"
_GENEROUS = HOUSE_POLICY.model_copy(
    update={
        "version": "generous@1",
        "severity_bands": tuple(
            SeverityBand(severity=band.severity, low=0.9, usual=0.95, high=1.0, salvage=band.salvage)
            for band in HOUSE_POLICY.severity_bands
        ),
    }
)


async def test_an_offer_made_under_the_old_rule_is_paid_at_its_own_amount(house: House) -> None:
    bundle, files = scratched("redeployed-1")
    async with house.worker():
        await house.open(bundle, files)
        offered = await house.until("redeployed-1", Stage.OFFERED)
    assert offered.amount is not None
    async with house.worker(plain_household(_GENEROUS)):
        message = bundle.messages[0].model_copy(update={"id": "m-2", "text": ""})
        accept = BuyerMessage(move=BuyerMove.ACCEPT, message_id="m-2")
        await house.desk.buyer("lumen", "redeployed-1", message, accept)
        paid = await house.until("redeployed-1", Stage.CLOSED)
        with pytest.raises(NotNowError):
            await house.desk.buyer("lumen", "redeployed-1", message, accept)
    assert paid.paid == offered.amount
    assert await house.refunded("ch_redeployed_1") == [300]


async def test_the_new_rule_decides_new_cases(house: House) -> None:
    bundle, files = scratched("redeployed-2")
    async with house.worker(plain_household(_GENEROUS)):
        await house.open(bundle, files)
        offered = await house.until("redeployed-2", Stage.OFFERED, Stage.REVIEW)
    assert offered.amount is not None
    assert (offered.stage, offered.detail) == (Stage.OFFERED, "19.00 EUR offered")


def test_recorded_histories_are_only_ever_added_to() -> None:
    listed = [line.split() for line in (HISTORIES / "SHA256SUMS").read_text().splitlines()]
    assert len(listed) >= 4
    assert {name: digest for digest, name in listed} == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(HISTORIES.glob("*.json"))
    }


async def test_every_recorded_history_replays(house: House) -> None:
    gateway = ModelGateway(house.installation.settings, CallLog())
    for file in sorted(HISTORIES.glob("*.json")):
        # A plugin and a replayer of its own for each: the plugin keeps its graphs by run.
        replayer = Replayer(
            workflows=[RefundCase, ChargebackCase, GatherDispute],
            plugins=[graph_plugin(house.installation, house.household, gateway)],
            workflow_runner=RUNNER,
            data_converter=data_converter(bytes.fromhex(MASTER_KEY)),
        )
        await replayer.replay_workflow(WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8")))
        drop_finished_workers()
    await gateway.close()


async def test_a_process_with_another_master_key_is_turned_away_and_locks_nobody_out(house: House) -> None:
    settings = house.installation.settings
    stranger = settings.model_copy(
        update={"master_key": SecretStr("77" * 32)} | house.installation.addresses.model_dump()
    )
    with pytest.raises(WrongMasterKeyError, match="AMENDS_MASTER_KEY"):
        async with open_installation(stranger):
            pass
    assert await house.installation.cases.list_cases("lumen", limit=1) is not None
