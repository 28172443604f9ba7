"""`amends keys`: keys with which systems use the API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.session import OUT, By, Merchant, run
from knowledge.rules.authority import Permission
from tools.records.api_keys import OVERLAP, ApiKeys, NewKey
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True, help="Keys with which systems use the API.")
KeyId = Annotated[str, typer.Argument(help="The key's id, as `amends keys list` shows it.", metavar="KEY")]


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    merchant: Merchant,
    by: By,
    scope: Annotated[list[Permission], typer.Option(help="What the key may do; repeat it for several.")],
    days: Annotated[int | None, typer.Option(min=1, help="After how many days it ends; never when left out.")] = None,
) -> None:
    """Make a key. Its secret is shown this once."""
    ends_at = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def work(installation: Installation, _: CaseDesk) -> NewKey:
        return await ApiKeys(installation.records).make(merchant, name, set(scope), by=by, ends_at=ends_at)

    _show(run(work))


@app.command(name="list")
def list_keys(merchant: Merchant) -> None:
    """List the keys of a merchant, without their secrets."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        table = Table("key", "name", "scopes", "made by", "ends", "last used")
        for key in await ApiKeys(installation.records).of_merchant(merchant):
            ends = "revoked" if key.revoked_at else f"{key.ends_at:%Y-%m-%d %H:%M}" if key.ends_at else "never"
            used = f"{key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never"
            scopes = ", ".join(sorted(key.scopes))
            table.add_row(key.key_id, escape(key.name), scopes, escape(key.made_by), ends, used)
        OUT.print(table)

    run(work)


@app.command()
def rotate(
    key: KeyId,
    merchant: Merchant,
    by: By,
    overlap_hours: Annotated[int, typer.Option(min=0, help="How long the old key still opens.")] = int(
        OVERLAP.total_seconds() // 3600
    ),
) -> None:
    """Make another key in place of this one, which opens a while longer."""

    async def work(installation: Installation, _: CaseDesk) -> NewKey:
        return await ApiKeys(installation.records).rotate(merchant, key, by=by, overlap=timedelta(hours=overlap_hours))

    _show(run(work))


@app.command()
def revoke(key: KeyId, merchant: Merchant, by: By) -> None:
    """The key opens nothing from now on."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        await ApiKeys(installation.records).revoke(merchant, key, by=by)
        OUT.print("[green]revoked[/green]")

    run(work)


def _show(made: NewKey) -> None:
    OUT.print(f"[green]made[/green] {made.key.key_id} for {escape(made.key.merchant)}: {escape(made.key.name)}")
    OUT.print("Keep the secret now; it is not shown again:")
    OUT.print(made.secret, highlight=False, soft_wrap=True)
