"""`amends retention`: how long personal data is kept, what is due, and cases that must be kept longer."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.session import OUT, By, CaseId, Merchant, run
from knowledge.rules.retention import REASONS, RetentionKind
from tools.records.legal_holds import LegalHolds
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.retention import Retention

app = typer.Typer(no_args_is_help=True, help="How long personal data is kept.")


@app.command(name="show")
def show(merchant: Merchant) -> None:
    """The days by kind, and why."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        policy = Retention(installation).policy(merchant)
        table = Table("kind", "days", "why the default is what it is")
        for kind in RetentionKind:
            table.add_row(kind.value, str(policy.days(kind)), REASONS[kind])
        OUT.print(table)

    run(work)


@app.command(name="run")
def run_now(
    merchant: Merchant,
    by: By,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and destroy nothing.")] = False,
) -> None:
    """Erase what is due now. A worker does this once a day by itself."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        retention = Retention(installation)
        if dry_run:
            table = Table("kind", "due")
            for kind, doomed in (await retention.preview(merchant)).items():
                ids = (
                    *doomed.cases,
                    *doomed.orders,
                    *("/".join(each) for each in doomed.notices),
                    *("/".join(each) for each in doomed.pieces),
                )
                table.add_row(kind.value, f"{len(ids)}: {escape(', '.join(ids[:20]))}{'…' if len(ids) > 20 else ''}")
            OUT.print(table if table.row_count else "Nothing is due.")
            return
        erased = await retention.run(merchant, by=by)
        OUT.print(", ".join(f"{count} of {kind.value}" for kind, count in (erased or {}).items()) or "Nothing was due.")

    run(work)


@app.command()
def hold(
    case_id: CaseId, merchant: Merchant, by: By, reason: Annotated[str, typer.Option(help="Why it must be kept.")]
) -> None:
    """Put a case under legal hold: nothing erases it by itself."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        await LegalHolds(installation.records).hold(merchant, case_id, reason, by=by)
        OUT.print("[green]held[/green]")

    run(work)


@app.command()
def lift(case_id: CaseId, merchant: Merchant, by: By) -> None:
    """End a case's legal hold."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        await LegalHolds(installation.records).lift(merchant, case_id, by=by)
        OUT.print("[green]lifted[/green]")

    run(work)
