"""`amends import`: a merchant's own records, frozen as they were."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from console.cli.session import ERR, OUT, Merchant, run
from knowledge.case import ProcessorName
from tools.order_files import RefusedRow, read_orders
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.order_snapshots import OrderSnapshots, SnapshotConflict
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True, help="Import records: what was sold, as it was at purchase.")
_SHOWN = 200


@app.callback()
def group() -> None:
    """Import records: what was sold, as it was at purchase."""


@app.command()
def orders(
    path: Annotated[Path, typer.Argument(help="A .jsonl or .csv file.", metavar="FILE", exists=True, dir_okay=False)],
    merchant: Merchant,
    partial: Annotated[bool, typer.Option("--partial", help="Take the good orders though others are refused.")] = False,
) -> None:
    """Freeze orders, so that disputes on them open by themselves. All go in or none; the same again changes nothing."""
    read = read_orders(path, now=datetime.now(UTC))
    if read.refused:
        _show(read.refused)
        if not partial:
            ERR.print(f"[red]Refused:[/red] nothing was taken in; mend {len(read.refused)} places or use --partial")
            raise typer.Exit(1)

    async def work(installation: Installation, desk: CaseDesk) -> bool:
        try:
            kept = await OrderSnapshots(installation.records).keep(
                merchant, [snapshot for _, snapshot in read.orders], partial=partial
            )
        except SnapshotConflict as conflict:
            _show(_conflicting(read.orders, conflict.found))
            ERR.print("[red]Refused:[/red] nothing was taken in; take these orders out, or use --partial")
            return False
        _show(_conflicting(read.orders, kept.refused))
        OUT.print(f"{kept.new} orders taken in, {kept.known} known already")
        waiting = [
            each
            for each in await Gatherings(installation.records).standings(merchant)
            if each.state is GatheringState.WAITING
        ]
        for each in waiting:
            await desk.gather(merchant, ProcessorName(each.processor), each.dispute)
        if waiting:
            OUT.print(f"{len(waiting)} disputes that wait for something look again now")
        return True

    if not run(work):
        raise typer.Exit(1)


def _conflicting(orders: tuple[tuple[int, object], ...], found: tuple[tuple[int, str], ...]) -> tuple[RefusedRow, ...]:
    rows: list[RefusedRow] = []
    for place, why in found:
        problem, _, mend = why.partition("; ")
        rows.append(RefusedRow(orders[place][0], "(whole order)", problem, mend))
    return tuple(rows)


def _show(refused: tuple[RefusedRow, ...]) -> None:
    if not refused:
        return
    table = Table("line", "field", Column("what is wrong", overflow="fold"), Column("what to do", overflow="fold"))
    for each in refused[:_SHOWN]:
        table.add_row(str(each.line), escape(each.field), escape(each.problem), escape(each.mend))
    OUT.print(table)
    if len(refused) > _SHOWN:
        OUT.print(f"and {len(refused) - _SHOWN} more")
