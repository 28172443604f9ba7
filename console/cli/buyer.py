"""`amends buyer`: what a buyer says, for tests and for desks that relay it."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from console.cli.review import parse_amount
from console.cli.session import OUT, By, CaseId, Merchant, run
from knowledge.case import Author, Message
from knowledge.money import Money
from tools.records.buyer_links import BuyerLinks
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.messages import BuyerMessage, BuyerMove

app = typer.Typer(no_args_is_help=True, help="What the buyer answers.")
Words = Annotated[str, typer.Option("--text", help="The buyer's own words.")]


def _answer(case_id: str, merchant: str, move: BuyerMove, text: str, amount: Money | None = None) -> None:
    now = datetime.now(UTC)

    async def work(installation: Installation, desk: CaseDesk) -> None:
        message = Message(id=f"m-{now:%Y%m%d%H%M%S%f}", author=Author.BUYER, at=now, text=text)
        answer = BuyerMessage(move=move, message_id=message.id, amount=amount)
        answered = await desk.buyer(merchant, case_id, message, answer)
        OUT.print(f"[green]taken[/green] {escape(answered.detail)}")

    run(work)


@app.command()
def say(case_id: CaseId, text: Annotated[str, typer.Argument(help="The buyer's words.")], merchant: Merchant) -> None:
    """The buyer writes something."""
    _answer(case_id, merchant, BuyerMove.SAY, text)


@app.command()
def accept(case_id: CaseId, merchant: Merchant, text: Words = "") -> None:
    """The buyer accepts the offer."""
    _answer(case_id, merchant, BuyerMove.ACCEPT, text)


@app.command()
def refuse(case_id: CaseId, merchant: Merchant, text: Words = "") -> None:
    """The buyer refuses the offer."""
    _answer(case_id, merchant, BuyerMove.REFUSE, text)


@app.command()
def counter(
    case_id: CaseId,
    amount: Annotated[str, typer.Argument(help="What the buyer asks for, for example 20.00EUR.")],
    merchant: Merchant,
    text: Words = "",
) -> None:
    """The buyer asks for another amount."""
    _answer(case_id, merchant, BuyerMove.COUNTER, text, parse_amount(amount))


@app.command()
def link(
    case_id: CaseId,
    merchant: Merchant,
    by: By,
    anew: Annotated[bool, typer.Option("--anew", help="Make another; the one before opens nothing any more.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the link and print none.")] = False,
) -> None:
    """Print the address of the buyer's page. Whoever has it can answer for the buyer: give it to nobody else."""

    async def work(installation: Installation, _: CaseDesk) -> None:
        links = BuyerLinks(installation.records)
        if revoke:
            await links.revoke(merchant, case_id, by=by)
            OUT.print("[green]revoked[/green]")
            return
        token = await (links.renew(merchant, case_id, by=by) if anew else links.token(merchant, case_id))
        OUT.print(f"{installation.settings.public_url or ''}/b/{token}", soft_wrap=True, highlight=False)

    run(work)
