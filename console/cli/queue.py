"""`amends queue`: the list of cases that wait for a person."""

import typer

from console.cli.session import OUT, Merchant, run
from knowledge.rules.policy import HOUSE_POLICY
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.requeue import rebuild_queue

app = typer.Typer(no_args_is_help=True, help="The list of cases that wait for a person.")


@app.callback()
def queue() -> None:
    """The list of cases that wait for a person."""


@app.command()
def rebuild(merchant: Merchant) -> None:
    """Make the queue anew from the records; safe at any time, and needed once after an upgrade from before it."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        done = await rebuild_queue(installation, desk, merchant, HOUSE_POLICY)
        OUT.print(f"[green]rebuilt[/green] {done.written} waiting, {done.removed} taken out")

    run(work)
