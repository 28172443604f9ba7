"""`amends audit`: whether the chain of everything that was done is whole."""

import typer

from console.cli.session import OUT, Merchant, run
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True, help="The hash-chained audit trail.")


@app.callback()
def trail() -> None:
    """The hash-chained audit trail."""


@app.command()
def verify(merchant: Merchant) -> None:
    """Recompute every link. Exit code 1 when the chain is broken, with the first entry that does not fit."""

    async def work(installation: Installation, desk: CaseDesk) -> bool:
        verdict = await installation.audit.verify(merchant)
        OUT.print(f"{verdict.entries} entries, " + ("intact" if verdict.intact else f"broken at {verdict.broken_at}"))
        return verdict.intact

    if not run(work):
        raise typer.Exit(1)
