"""`amends finance`: a month's figures, closing it, opening it again, and its files, over the books of the pages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from console.cli.session import OUT, Merchant, run
from knowledge.finance.figures import CurrencyFigures, figures_of
from knowledge.finance.month import Month
from knowledge.rules.policy import HOUSE_POLICY
from tools.finance_files.exports import FinanceExports
from tools.finance_files.letters import letters_zip
from tools.records.finance import FinanceRecords
from tools.records.month_close import Books
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(help="Months, their closing and their files, for accountants.", no_args_is_help=True)
MonthText = Annotated[str, typer.Argument(help="Year and month, for example 2026-11.", show_default=False)]
Clerk = Annotated[
    str, typer.Option("--by", envvar="AMENDS_REVIEWER", help="Who does it; AMENDS_REVIEWER when left out.")
]


class FileKind(StrEnum):
    """What can be taken out."""

    WORKBOOK = "workbook"
    LINES = "lines"
    TOTALS = "totals"
    JOURNAL = "journal"
    LETTERS = "letters"


@app.command()
def month(which: MonthText, merchant: Merchant) -> None:
    """Tell a month's standing, figures and differences. Nothing is converted between currencies."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        one = Month.parse(which)
        books = await Books(installation.records, HOUSE_POLICY).month(merchant, one)
        differences = await FinanceRecords(installation.records).differences(merchant, one)
        if books.closing is not None:
            agrees = "its lines agree with it" if books.intact else "ITS LINES DO NOT AGREE WITH IT"
            OUT.print(f"{one} was closed at {books.closing.at:%Y-%m-%d %H:%M} UTC by {books.closing.by}.")
            OUT.print(f"Digest {books.closing.digest}; {agrees}.", soft_wrap=True)
        else:
            OUT.print(f"{one} is open{' and the next to be closed' if books.first_open else ''}.")
        _print(figures_of(books.lines))
        for each in differences:
            OUT.print(f"Difference: {each.what.replace('_', ' ')}, {each.reference}, {each.amount}", soft_wrap=True)

    run(work)


@app.command()
def close(which: MonthText, merchant: Merchant, by: Clerk) -> None:
    """Close a month that is over: its figures are frozen, later news goes into the next as a correction."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        books = Books(installation.records, HOUSE_POLICY)
        closing = await books.close(merchant, Month.parse(which), by=by, now=datetime.now(UTC))
        OUT.print(f"{closing.month} is closed with {closing.lines} lines, revision {closing.revision}.")
        OUT.print(f"Digest {closing.digest}", soft_wrap=True)

    run(work)


@app.command()
def reopen(
    which: MonthText,
    merchant: Merchant,
    by: Clerk,
    reason: Annotated[str, typer.Option(help="Why, in 10 to 500 characters.", show_default=False)],
) -> None:
    """Open the month closed last again."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        await Books(installation.records, HOUSE_POLICY).reopen(merchant, Month.parse(which), by=by, reason=reason)
        OUT.print(f"{which} is open again.")

    run(work)


@app.command()
def export(
    which: MonthText,
    kind: Annotated[FileKind, typer.Argument(help="What to take out.", show_default=False)],
    merchant: Merchant,
    by: Clerk,
    out: Annotated[Path, typer.Option(help="The folder to write to.", file_okay=False)] = Path(),
) -> None:
    """Write a month's workbook, lines, totals, journal or letters to a file; the audit trail keeps its digest."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        one = Month.parse(which)
        out.mkdir(parents=True, exist_ok=True)
        if kind is FileKind.LETTERS:
            path = out / f"amends-{merchant}-{one}-letters.zip"
            partial = path.with_suffix(".zip.part")
            with partial.open("wb") as file:
                async for piece in letters_zip(installation.records, merchant, one, by=by):
                    file.write(piece)
            partial.replace(path)
            OUT.print(f"Wrote {path}", soft_wrap=True)
            return
        made = await FinanceExports(installation.records, HOUSE_POLICY).make(merchant, one, kind.value, by=by)
        (out / made.name).write_bytes(made.content)
        OUT.print(f"Wrote {out / made.name}, SHA-256 {made.sha256}", soft_wrap=True)

    run(work)


def _print(figures: Sequence[CurrencyFigures]) -> None:
    if not figures:
        OUT.print("No money moved.")
        return
    table = Table(
        "currency", "refunds", "credits", "disputed", "recovered", "reversals", "lost", "costs", "goodwill", "net"
    )
    for one in figures:
        amounts = (
            one.refunds, one.credits, one.disputed, one.recovered, one.reversed, one.lost, one.costs, one.goodwill,
            one.net_recovery,
        )  # fmt: skip
        table.add_row(one.currency, *(amount.decimal_text() for amount in amounts))
    OUT.print(table)
