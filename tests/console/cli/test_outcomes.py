"""What disputes brought, from the terminal: a case that ran through the house is in the report."""

import json

from tests.console.cli.commands import done
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import decided, disputed, sample
from workflows.messages import Stage


async def test_a_won_dispute_is_in_the_report_net_of_its_costs(house: House) -> None:
    assert "No dispute has ended" in await done(house, "outcomes", "--until", "2020-01-01")
    bundle, files = sample("c01-visa-131", "report-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("report-1", Stage.SUBMITTED)
        await decided(house, "report-1", dispute, "won")
    report = json.loads(await done(house, "outcomes", "--json"))
    (dollars,) = [one for one in report["sums"] if one["disputed"]["currency"] == "USD"]
    assert dollars["recovered"]["minor"] >= 9300
    (code,) = [one for one in report["rates"] if (one["network"], one["reason_code"]) == ("visa", "13.1")]
    assert code["rate"]["answered"] >= 1
    told = await done(house, "outcomes")
    for words in ("Per currency", "Answers that won", "not received", "13.1", "95 %"):
        assert words in told
