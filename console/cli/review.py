"""`amends review`: what a reviewer does with a waiting case."""

import secrets
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.api.shapes import CorrectionGiven
from console.cli import remote
from console.cli.cases import show as show_case
from console.cli.session import OUT, By, CaseId, Merchant, in_words, run
from knowledge.decision import Resolution
from knowledge.facts import FactName, written_value
from knowledge.money import Money
from knowledge.rules.authority import Role
from tools.records.person_reviews import ReviewState
from workflows.desk import CaseDesk, NotNowError
from workflows.installation import Installation
from workflows.messages import FactCorrection, Review, ReviewAction, Stage
from workflows.reviewing import Person, Reviewing

app = typer.Typer(no_args_is_help=True, help="Decide cases that wait for a person.")
_PATIENCE = timedelta(minutes=1)
Note = Annotated[str, typer.Option(help="Why, for the record.")]
app.command(name="show")(show_case)


@app.command(name="list")
def list_waiting(merchant: Merchant) -> None:
    """List the cases that wait for a reviewer, with why."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        table = Table("case", "stage", "proposal", "why", "due")
        for stage in (Stage.ESCALATED, Stage.REVIEW):
            for one in await installation.cases.list_cases(merchant, status=stage.value):
                view = await desk.view(merchant, one.case_id)
                proposal = view.resolution or view.stance
                table.add_row(
                    one.case_id,
                    stage.value,
                    f"{proposal.value if proposal else ''} {view.amount or ''}",
                    escape(view.detail),
                    f"{view.due:%Y-%m-%d %H:%M}" if view.due else "",
                )
        OUT.print(table)

    run(work)


def _decide(
    case_id: str,
    merchant: str,
    by: str,
    action: ReviewAction,
    *,
    note: str = "",
    amount: Money | None = None,
    resolution: Resolution | None = None,
    question: str = "",
) -> None:
    review = in_words(
        lambda: Review(by=by, action=action, note=note, amount=amount, resolution=resolution, question=question)
    )
    if remote.is_remote():
        remote.run_remote(lambda client: remote.review(client, case_id, review))
        return

    async def work(installation: Installation, desk: CaseDesk) -> None:
        reviewing = Reviewing(installation, desk)
        reviewed = await reviewing.decide(
            _person(by), merchant, case_id, review, review_id=secrets.token_urlsafe(12), patience=_PATIENCE
        )
        if reviewed.state is ReviewState.REFUSED:
            raise NotNowError(reviewed.said)
        OUT.print(f"[green]{reviewed.state.value}[/green] {escape(reviewed.said)}")

    run(work)


@app.command()
def approve(case_id: CaseId, merchant: Merchant, by: By, note: Note = "") -> None:
    """Approve the proposal as it stands."""
    _decide(case_id, merchant, by, ReviewAction.APPROVE, note=note)


@app.command()
def adjust(
    case_id: CaseId,
    amount: Annotated[str, typer.Argument(help="Amount with currency, for example 12.50EUR.")],
    merchant: Merchant,
    by: By,
    resolution: Annotated[Resolution | None, typer.Option(help="Another resolution than proposed.")] = None,
    note: Note = "",
) -> None:
    """Offer another amount, or another resolution."""
    _decide(case_id, merchant, by, ReviewAction.ADJUST, amount=parse_amount(amount), resolution=resolution, note=note)


@app.command()
def deny(case_id: CaseId, merchant: Merchant, by: By, note: Note = "") -> None:
    """Deny the claim (in a chargeback: turn the proposal round)."""
    _decide(case_id, merchant, by, ReviewAction.DENY, note=note)


@app.command()
def ask(
    case_id: CaseId,
    question: Annotated[str, typer.Argument(help="What is asked.")],
    merchant: Merchant,
    by: By,
) -> None:
    """Ask the buyer (in a chargeback: the merchant) one thing."""
    _decide(case_id, merchant, by, ReviewAction.ASK, question=question)


@app.command()
def escalate(case_id: CaseId, merchant: Merchant, by: By, note: Note = "") -> None:
    """Hand the case to somebody more senior."""
    _decide(case_id, merchant, by, ReviewAction.ESCALATE, note=note)


@app.command()
def hold(case_id: CaseId, merchant: Merchant, by: By, note: Note = "") -> None:
    """Keep a chargeback's proved letter back, also past the buffer before its date, until it is approved or denied."""
    _decide(case_id, merchant, by, ReviewAction.HOLD, note=note)


@app.command(name="amend-fact")
def amend_fact(
    case_id: CaseId,
    name: Annotated[FactName, typer.Argument(help="Which fact.")],
    value: Annotated[str, typer.Argument(help="Its right value: 12.50EUR, a time, yes or no, a word.")],
    merchant: Merchant,
    by: By,
    note: Annotated[str, typer.Option(help="How you know.")],
) -> None:
    """Supply or correct a fact; the case is decided anew."""
    try:
        correction = FactCorrection(by=by, name=name, value=written_value(name, value), note=note)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="value") from None
    if remote.is_remote():
        given = in_words(lambda: CorrectionGiven(name=name, value=value, note=note))
        remote.run_remote(lambda client: remote.correct(client, case_id, given))
        return

    async def work(installation: Installation, desk: CaseDesk) -> None:
        answered = await Reviewing(installation, desk).correct(_person(by), merchant, case_id, correction)
        OUT.print(f"[green]taken[/green] {escape(answered.detail)}")

    run(work)


@app.command(name="return-received")
def return_received(case_id: CaseId, merchant: Merchant, by: By, note: Note = "") -> None:
    """Say that the goods came back."""
    if remote.is_remote():
        remote.run_remote(lambda client: remote.receive_return(client, case_id, note))
        return

    async def work(installation: Installation, desk: CaseDesk) -> None:
        answered = await Reviewing(installation, desk).receive_return(_person(by), merchant, case_id, note)
        OUT.print(f"[green]taken[/green] {escape(answered.detail)}")

    run(work)


@app.command()
def undo(case_id: CaseId, merchant: Merchant, by: By) -> None:
    """Take back what you have just decided, within the seconds in which nothing is done on it yet."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        answered = await Reviewing(installation, desk).undo(_person(by), merchant, case_id)
        OUT.print(f"[green]taken back[/green] {escape(answered.detail)}")

    run(work)


def _person(by: str) -> Person:
    """Whoever sits at the command line decides as a lead does; the name stands for an account."""
    return Person(account=by, name=by, role=Role.LEAD)


def parse_amount(text: str) -> Money:
    """`12.50EUR` or `12.50 EUR` as money; typer.BadParameter otherwise."""
    compact = text.replace(" ", "").upper()
    try:
        return Money.parse(compact[:-3], compact[-3:])
    except ValueError as problem:
        raise typer.BadParameter(f"{problem}") from None
