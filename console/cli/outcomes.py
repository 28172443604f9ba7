"""`amends outcomes`: what answering disputes has brought, net of its costs, and how often answers win."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from console.cli.session import OUT, Merchant, run
from knowledge.outcomes.report import OutcomeReport, report_outcomes
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer()
_DAY = ["%Y-%m-%d"]


@app.command()
def outcomes(
    merchant: Merchant,
    since: Annotated[datetime | None, typer.Option(help="Ended on this day or later (UTC).", formats=_DAY)] = None,
    until: Annotated[datetime | None, typer.Option(help="Ended before this day (UTC).", formats=_DAY)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Tell what ended disputes brought: sums per currency net of fees and labour, win rates per network and code.

    Nothing is converted between currencies, and there is no rate over all codes: it would say nothing of any of them.
    """

    async def work(installation: Installation, desk: CaseDesk) -> None:
        ended = await installation.outcomes.closed(merchant, since=_utc(since), until=_utc(until))
        report = report_outcomes(ended)
        if as_json:
            OUT.print_json(report.model_dump_json())
        elif not ended:
            OUT.print("No dispute has ended in this time.")
        else:
            _print(report)

    run(work)


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _print(report: OutcomeReport) -> None:
    sums = Table("disputes", "ended", "disputed", "recovered", "costs", "net", title="Per currency")
    for one in report.sums:
        elsewhere = "".join(f" + {amount}" for amount in one.recovered_elsewhere)
        unknown = f" + {one.costs_unknown} unknown" if one.costs_unknown else ""
        sums.add_row(
            str(sum(one.ended.values())),
            ", ".join(f"{count} {end.value}" for end, count in one.ended.items()),
            str(one.disputed),
            f"{one.recovered}{elsewhere}",
            f"{one.costs}{unknown}",
            f"{one.net}{elsewhere}",
        )
    OUT.print(sums)
    rates = Table("network", "code", "family", "answered", "won", "rate", "95 %", title="Answers that won")
    for code in report.rates:
        rates.add_row(
            code.network.value,
            code.reason_code,
            code.family.value.replace("_", " "),
            str(code.rate.answered),
            f"{code.rate.won_shares:g}",
            f"{code.rate.rate:.0%}",
            f"{code.rate.low:.0%} to {code.rate.high:.0%}",
        )
    OUT.print(rates)
    OUT.print("Rates lean on the family's wider ones while a code has few outcomes of its own.", style="dim")
