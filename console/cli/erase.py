"""`amends erase`: everything of one buyer destroyed, and a record of it without their name."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.session import ERR, OUT, By, Merchant, run
from knowledge.library.precedents import LibraryUnavailable
from tools.records.erasure import Erasure, ErasureRefused, Kept, Obstacle
from tools.records.persons import FoundPerson, Sought
from workflows.desk import CaseDesk
from workflows.erasure import Eraser
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True)


@app.command()
def erase(
    merchant: Merchant,
    by: By,
    email: Annotated[str, typer.Option(help="The buyer's e-mail address.")] = "",
    buyer: Annotated[str, typer.Option(help="The shop's id of the buyer.")] = "",
    order: Annotated[str, typer.Option(help="An order of theirs.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and destroy nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    force: Annotated[
        str, typer.Option(help="Erase open cases and cases under legal hold too, for this reason; name nobody.")
    ] = "",
) -> None:
    """Destroy everything of a buyer: cases, orders, webhooks, messages, precedents, histories. There is no way back."""

    async def work(installation: Installation, _: CaseDesk) -> Erasure | None:
        eraser = Eraser(installation)
        for finished in await eraser.resume(merchant, by=by):
            OUT.print(f"finished erasure {finished.erasure_id}, which was interrupted")
        sought = Sought(email=email, buyer=buyer, order_id=order)
        found = await eraser.find(merchant, sought)
        if found.nothing:
            raise LookupError("nothing of this person is held, or it was erased before")
        cases = [case.case_id for case in found.cases]
        obstacles = await eraser.records.obstacles(merchant, cases)
        OUT.print(_shown(found))
        OUT.print(_reasons(obstacles, await eraser.records.kept(merchant, cases)))
        if dry_run:
            return None
        if obstacles and not force:
            raise ErasureRefused(obstacles)
        if not yes:
            typer.confirm("Destroy all of this for good?", abort=True)
        return await eraser.erase_person(merchant, sought, found, by=by, forced_because=force)

    try:
        erasure = run(work)
    except LibraryUnavailable as unreachable:
        ERR.print(f"[red]Not finished:[/red] {escape(str(unreachable))}; the keys are destroyed. Erase again later.")
        raise typer.Exit(1) from None
    if erasure is not None:
        OUT.print(f"[green]erased[/green]; record {erasure.erasure_id}, digest {erasure.digest} in the audit chain")


def _shown(found: FoundPerson) -> Table:
    table = Table("what", "which", title="Of this person")
    for what, which in (
        ("addresses", found.emails),
        ("buyer's ids", found.buyers),
        ("cases", [f"{case.case_id} ({case.kind}, {case.status})" for case in found.cases]),
        ("orders", found.orders),
        ("webhooks", ["/".join(each) for each in found.notices]),
        ("gathered", ["/".join(each) for each in found.pieces]),
    ):
        if which:
            table.add_row(what, escape(", ".join(which)))
    return table


def _reasons(obstacles: Sequence[Obstacle], kept: Sequence[Kept]) -> Table:
    table = Table("stays or stands against it", "why")
    for one in obstacles:
        table.add_row(f"case {escape(one.case_id)}", one.why)
    for one in kept:
        table.add_row(f"{one.count} {one.what}", one.why)
    return table
