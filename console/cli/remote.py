"""`amends` against a remote installation: with `AMENDS_API_URL` and `AMENDS_API_KEY` set, over `/v1` alone."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import typer
from rich.markup import escape
from rich.table import Table

from console.api.shapes import CorrectionGiven, ReturnGiven, ReviewGiven
from console.cli.bundles import refusal_table
from console.cli.session import ERR, OUT
from console.client import AmendsClient, AmendsRefused
from tools.bundles import BundleRefused, ReadBundle
from workflows.messages import Review, Stage

_ADDRESS, _KEY = "AMENDS_API_URL", "AMENDS_API_KEY"
_T = TypeVar("_T")


def is_remote() -> bool:
    """Whether commands that can go over the API go there. BadParameter when only one of the two settings is there."""
    address, key = os.environ.get(_ADDRESS), os.environ.get(_KEY)
    if bool(address) is not bool(key):
        raise typer.BadParameter(f"set both {_ADDRESS} and {_KEY}, or neither")
    return bool(address)


def run_remote(work: Callable[[AmendsClient], Awaitable[_T]]) -> _T:
    """Do the work with a client; what the API refuses is said in one line with exit code 1."""

    async def inside() -> _T:
        async with AmendsClient(os.environ[_ADDRESS], os.environ[_KEY]) as client:
            return await work(client)

    try:
        return asyncio.run(inside())
    except (AmendsRefused, httpx.TransportError) as refused:
        ERR.print(f"[red]Refused:[/red] {escape(str(refused))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


async def submit(client: AmendsClient, bundles: Sequence[ReadBundle | BundleRefused]) -> int:
    """Submit what may come in; how many were refused, here or there."""
    refused = 0
    for each in bundles:
        if isinstance(each, BundleRefused):
            refused += 1
            OUT.print(refusal_table(each))
            continue
        try:
            opened = await client.submit_case(each.bundle, each.files)
        except AmendsRefused as problem:
            refused += 1
            ERR.print(f"[red]refused[/red] {escape(each.bundle.case_id)}: {escape(str(problem))}", soft_wrap=True)
            continue
        news = "opened" if opened.created else "was open already, nothing changed"
        OUT.print(f"[green]{news}[/green] {escape(opened.case_id)}")
    return refused


async def list_cases(client: AmendsClient, stage: Stage | None) -> None:
    """Every case of the key's merchant, or those at a stage."""
    table = Table("case", "kind", "stage", "opened")
    async for one in client.every(lambda at: client.list_cases(stage=stage, cursor=at, limit=200)):
        table.add_row(one.case_id, one.kind.value, one.stage, f"{one.opened_at:%Y-%m-%d}")
    OUT.print(table)


async def show(client: AmendsClient, case_id: str) -> None:
    """A case with its facts, its latest decision and its documents."""
    case = await client.read_case(case_id)
    OUT.rule(f"{case_id} · {case.kind.value} · {case.stage}")
    facts = Table("fact", "value", "sure", "stands", "read by")
    for fact in case.facts:
        value = "(masked)" if fact.masked else escape(str(fact.value))
        facts.add_row(fact.name.value, value, f"{fact.confidence:.0%}", fact.standing.value, fact.reader)
    OUT.print(facts)
    for why in case.missing:
        OUT.print(f"[yellow]missing[/yellow] {escape(why)}")
    if decisions := (await client.list_decisions(case_id)).items:
        decided = await client.read_decision(case_id, decisions[-1].decision_id)
        proposed = decided.resolution or decided.stance
        OUT.print(f"[bold]{proposed.value if proposed else ''}[/bold] {decided.amount} ({decided.route.value})")
        for reason in decided.reasons:
            OUT.print(f"  {escape(reason.text)}")
    if (waits := case.proposal) is not None:
        told = f"{waits.by} proposes {waits.action.value} {waits.amount or ''}".rstrip()
        OUT.print(f"[yellow]waits for a second person[/yellow] {escape(told)}")
    if case.standing is not None:
        OUT.print(f"{escape(case.standing.detail)} · may be done now: {', '.join(case.standing.allowed) or 'nothing'}")


async def review(client: AmendsClient, case_id: str, review: Review) -> None:
    """Decide a case; the key stands in the records as who decided."""
    given = ReviewGiven(
        action=review.action,
        resolution=review.resolution,
        amount=review.amount,
        note=review.note,
        question=review.question,
    )
    answered = await client.review(case_id, given)
    OUT.print(f"[green]{'proposed' if answered.second_person else 'taken'}[/green] {escape(answered.detail)}")


async def correct(client: AmendsClient, case_id: str, given: CorrectionGiven) -> None:
    """Supply a fact, or set one right; the key stands in the records as who knows it."""
    answered = await client.correct_fact(case_id, given)
    OUT.print(f"[green]taken[/green] {escape(answered.detail)}")


async def receive_return(client: AmendsClient, case_id: str, note: str) -> None:
    """Say that the goods came back."""
    answered = await client.receive_return(case_id, ReturnGiven(note=note))
    OUT.print(f"[green]taken[/green] {escape(answered.detail)}")
