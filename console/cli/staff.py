"""`amends staff`: who may sign in to the console, and in which role."""

import os
import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.session import OUT, By, Merchant, run
from knowledge.rules.authority import Role
from tools.records.staff import Staff, StaffMember
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console, and in which role.")
Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
_VARIABLE = "AMENDS_PASSWORD"


def _new_password() -> str:
    """From AMENDS_PASSWORD, else asked for twice; never an argument, which other users of the machine can see."""
    given = os.environ.get(_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"set {_VARIABLE}, or run this in a terminal to be asked")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


async def _known(staff: Staff, email: str) -> StaffMember:
    member = await staff.find(email)
    if member is None:
        raise LookupError(f"{email} has no account; add it with `amends staff add`")
    return member


@app.command()
def add(
    email: Email,
    merchant: Merchant,
    name: Annotated[str, typer.Option(help="As colleagues know the person.")],
    by: By,
    role: Annotated[Role, typer.Option(help="What the person may do at the merchant.")] = Role.REVIEWER,
    without_password: Annotated[
        bool, typer.Option("--without-password", help="Signs in through the identity provider alone.")
    ] = False,
) -> None:
    """Make an account with a role; an address that has one gets the role alone."""
    password = None if without_password else _new_password()

    async def work(installation: Installation, _: CaseDesk) -> None:
        staff = Staff(installation.records)
        known = await staff.find(email)
        account_id = known.account_id if known else await staff.add(email, name, password=password, by=by)
        await staff.grant(account_id, merchant, role, by=by)
        OUT.print(f"[green]{'given' if known else 'added'}[/green] {escape(email)}: {role.value} at {escape(merchant)}")

    run(work)


@app.command(name="list")
def list_staff(
    merchant: Annotated[str | None, typer.Option("--merchant", "-m", help="Only of this one.")] = None,
) -> None:
    """List the accounts."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        table = Table("address", "name", "roles", "signs in")
        for one in await Staff(installation.records).members(merchant):
            roles = ", ".join(f"{role.value} at {at}" for at, role in one.roles.items())
            how = "closed" if one.disabled else "by password" if one.with_password else "by identity provider"
            table.add_row(escape(one.email), escape(one.name), escape(roles), how)
        OUT.print(table)

    run(work)


@app.command()
def password(email: Email, by: By) -> None:
    """Set another password; the person is signed out everywhere."""
    fresh = _new_password()

    async def work(installation: Installation, _: CaseDesk) -> None:
        staff = Staff(installation.records)
        await staff.set_password((await _known(staff, email)).account_id, fresh, by=by)
        OUT.print("[green]set[/green]")

    run(work)


@app.command()
def revoke(email: Email, merchant: Merchant, by: By) -> None:
    """Take the person's role at the merchant."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        staff = Staff(installation.records)
        await staff.revoke((await _known(staff, email)).account_id, merchant, by=by)
        OUT.print("[green]revoked[/green]")

    run(work)


@app.command()
def disable(email: Email, by: By) -> None:
    """Close the account; the person is signed out everywhere."""
    _set_disabled(email, by, True)


@app.command()
def enable(email: Email, by: By) -> None:
    """Open a closed account again."""
    _set_disabled(email, by, False)


def _set_disabled(email: str, by: str, disabled: bool) -> None:
    async def work(installation: Installation, _: CaseDesk) -> None:
        staff = Staff(installation.records)
        await staff.set_disabled((await _known(staff, email)).account_id, disabled, by=by)
        OUT.print(f"[green]{'closed' if disabled else 'opened'}[/green]")

    run(work)
