"""`amends demo`: both agents on the sample cases, from services that are not running yet to the packets."""

import asyncio
import json
import os
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.markup import escape
from rich.table import Column, Table

from console.cli.outside import decide, play, sandbox_of
from console.cli.review import parse_amount
from console.cli.services import free_console_port, run_installation
from console.cli.session import ERR, OUT
from console.cli.story import decision_story, headline
from knowledge.case import Author, CaseBundle, CaseKind, Message
from knowledge.decision import Decision, DefenceDecision, Resolution
from knowledge.facts import FactName, written_value
from knowledge.library.embeddings import E5Embedder
from knowledge.library.history import synthetic_history
from knowledge.library.precedents import PrecedentWriter
from knowledge.money import Money
from knowledge.rules.authority import Role
from tools.bundles import BundleRefused, ReadBundle, examine_bundles
from tools.embedded.addresses import read_addresses
from tools.records.staff import Staff
from tools.settings import Settings
from workflows.desk import CaseDesk
from workflows.installation import Installation, open_installation
from workflows.messages import BuyerMessage, BuyerMove, CaseView, FactCorrection, ReturnReceived, Review, ReviewAction
from workflows.messages import Stage as CaseStage

app = typer.Typer(no_args_is_help=True)
SAMPLES = Path(__file__).parents[2] / "samples" / "cases"
_HISTORY = 400
_PATIENCE_SECONDS = 240.0
_REVIEWER = "Marta (demo)"
_LEAD = "lead@demo.example"
_WAITING = frozenset({CaseStage.REVIEW, CaseStage.ESCALATED})


class Expected(BaseModel):
    """What a sample should come to, and how its people act on the way (`expected.json`)."""

    why: str
    end: str
    """The workflow's result, or `asking` for a case that rightly stays open."""
    automatic: bool
    resolution: str | list[str] | None = None
    amount: tuple[str, str] | None = None
    stance: str | None = None
    outcome: str | None = None
    review: list[dict[str, Any]] = []
    buyer: list[str] = []
    returned: bool = False


class Ended(BaseModel):
    """A sample's end."""

    view: CaseView
    seconds: float
    automatic: bool
    problems: list[str]
    read: str
    decision: str
    why: str
    packet: str


@app.command()
def demo(
    samples: Annotated[Path, typer.Option(help="Folder of sample cases.")] = SAMPLES,
    keep: Annotated[bool, typer.Option(help="Leave the services running afterwards until Ctrl-C.")] = False,
) -> None:
    """Run the refund agent and the chargeback agent on the sample cases, from an empty data folder `<data>/demo`.

    Exit code 1 when one ends otherwise.
    """
    settings = Settings()
    data = settings.data.expanduser().absolute() / "demo"
    settings = settings.model_copy(update={"data": data})
    settings = settings.model_copy(update={"console_port": settings.console_port or free_console_port(settings)})
    if read_addresses(data) is not None:
        problem = f"an earlier demo still runs in {data}; stop it with Ctrl-C, or with `AMENDS_DATA={data} amends down`"
        ERR.print(f"[red]Not started:[/red] {escape(problem)}", highlight=False, soft_wrap=True)
        raise typer.Exit(1)
    shutil.rmtree(data, ignore_errors=True)
    wrong = asyncio.run(_demo(settings, samples, keep=keep))
    if wrong:
        raise typer.Exit(1)


async def _demo(settings: Settings, samples: Path, *, keep: bool) -> int:
    began = time.monotonic()
    OUT.print("Starting PostgreSQL, Temporal, Chroma, a sandbox processor and a worker …")
    async with running(settings), open_installation(settings) as installation:
        OUT.print(f"  ready after {time.monotonic() - began:.1f} s")
        cases = read_samples(samples)
        await load_history(installation, {read.bundle.merchant.id for read, _ in cases})
        OUT.print(f"Running {len(cases)} cases …")
        started = time.monotonic()
        desk = CaseDesk(installation)
        ended = await asyncio.gather(*(_one(installation, desk, read, expected) for read, expected in cases))
        took = time.monotonic() - started
        OUT.print(_table(cases, ended))
        wrong = sum(bool(end.problems) for end in ended)
        for (read, _), end in zip(cases, ended, strict=True):
            for problem in end.problems:
                OUT.print(f"[red]{read.bundle.case_id}[/red]: {escape(problem)}")
        verdicts = [await installation.audit.verify(name) for name in {read.bundle.merchant.id for read, _ in cases}]
        intact = all(verdict.intact for verdict in verdicts)
        OUT.print(
            f"{len(cases) - wrong} of {len(cases)} cases ended as expected in {took:.1f} s "
            f"({time.monotonic() - began:.1f} s with starting); audit chain of "
            f"{sum(verdict.entries for verdict in verdicts)} entries {'intact' if intact else 'BROKEN'}."
        )
        OUT.print(_next_steps(settings))
        if keep:
            OUT.print(await sign_in_of_a_lead(installation, {read.bundle.merchant.id for read, _ in cases}))
            OUT.print("Services keep running until Ctrl-C.")
            await asyncio.Event().wait()
    return wrong + (not intact)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[None, None]:
    """An installation in this data folder, while the demo lasts."""
    stopped, ready = asyncio.Event(), asyncio.Event()

    def tell(_: object) -> None:
        ready.set()

    task = asyncio.create_task(run_installation(settings, stopped, tell=tell))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            task.result()
        yield
    finally:
        stopped.set()
        waiting.cancel()
        await task


def read_samples(samples: Path = SAMPLES) -> list[tuple[ReadBundle, Expected]]:
    """Every sample of the folder with what is expected of it, by name."""
    folders = sorted(folder for folder in samples.iterdir() if (folder / "expected.json").is_file())
    return [(_bundle(folder), _expected(folder)) for folder in folders]


def _bundle(folder: Path) -> ReadBundle:
    read = next(iter(examine_bundles(folder / "bundle", now=datetime.now(UTC))))
    if isinstance(read, BundleRefused):
        raise ValueError(f"sample {folder.name}: {read}")
    return read


def _expected(folder: Path) -> Expected:
    return Expected.model_validate(json.loads((folder / "expected.json").read_text(encoding="utf-8")))


async def load_history(installation: Installation, merchants: set[str]) -> None:
    """Teach synthetic closed cases as the merchants' precedents."""
    OUT.print(f"Loading {_HISTORY} synthetic closed cases per merchant as precedents …")
    writer = PrecedentWriter(installation.addresses.chroma_url, E5Embedder())
    for place, merchant in enumerate(sorted(merchants)):
        await asyncio.to_thread(writer.teach, merchant, synthetic_history(_HISTORY, seed=place + 1))


async def _one(installation: Installation, desk: CaseDesk, read: ReadBundle, expected: Expected) -> Ended:
    bundle = read.bundle
    sandbox = sandbox_of(bundle, installation.settings, installation.addresses)
    if sandbox is not None:
        await play(bundle, sandbox)
    began = time.monotonic()
    await desk.open(bundle, read.files)
    automatic = True
    reviews, answers = list(expected.review), list(expected.buyer)
    decided_by_bank = False
    while True:
        view = await desk.view(bundle.merchant.id, bundle.case_id)
        if time.monotonic() - began > _PATIENCE_SECONDS or _is_over(view, expected):
            break
        if view.stage in _WAITING and view.allowed:
            automatic = False
            if not reviews:
                break
            await _act_as_reviewer(desk, bundle, reviews.pop(0))
            await _until_moved(desk, bundle, view)
        elif view.stage is CaseStage.OFFERED and answers:
            await _act_as_buyer(desk, bundle, BuyerMove(answers.pop(0)))
            await _until_moved(desk, bundle, view)
        elif view.stage is CaseStage.RETURNING and expected.returned:
            received = ReturnReceived(by="warehouse (demo)", note="complete and unused")
            await desk.return_received(bundle.merchant.id, bundle.case_id, received)
            await _until_moved(desk, bundle, view)
        elif view.stage is CaseStage.SUBMITTED and expected.outcome and not decided_by_bank:
            decided_by_bank = True
            await _act_as_bank(installation, desk, bundle, expected.outcome)
        else:
            await asyncio.sleep(0.1)
    return await _told(installation, bundle, expected, view, time.monotonic() - began, automatic=automatic)


def _is_over(view: CaseView, expected: Expected) -> bool:
    return view.stage is CaseStage.CLOSED or (expected.end == "asking" and view.stage is CaseStage.ASKING)


async def _until_moved(desk: CaseDesk, bundle: CaseBundle, before: CaseView) -> None:
    for _ in range(200):
        view = await desk.view(bundle.merchant.id, bundle.case_id)
        if (view.stage, view.decision_id, view.detail) != (before.stage, before.decision_id, before.detail):
            return
        await asyncio.sleep(0.05)


async def _act_as_reviewer(desk: CaseDesk, bundle: CaseBundle, step: dict[str, Any]) -> None:
    merchant, case_id = bundle.merchant.id, bundle.case_id
    if "amend" in step:
        name, value, note = step["amend"]
        correction = FactCorrection(
            by=_REVIEWER, name=FactName(name), value=written_value(FactName(name), value), note=note
        )
        await desk.amend_fact(merchant, case_id, correction)
        return
    review = Review(
        by=_REVIEWER,
        action=ReviewAction(step["do"]),
        amount=parse_amount(step["amount"]) if "amount" in step else None,
        resolution=Resolution(step["resolution"]) if "resolution" in step else None,
        note=step.get("note", ""),
    )
    await desk.review(merchant, case_id, review)


async def _act_as_buyer(desk: CaseDesk, bundle: CaseBundle, move: BuyerMove) -> None:
    now = datetime.now(UTC)
    message = Message(id=f"answer-{now:%H%M%S%f}", author=Author.BUYER, at=now, text="")
    answer = BuyerMessage(move=move, message_id=message.id)
    await desk.buyer(bundle.merchant.id, bundle.case_id, message, answer)


async def _act_as_bank(installation: Installation, desk: CaseDesk, bundle: CaseBundle, outcome: str) -> None:
    sandbox = sandbox_of(bundle, installation.settings, installation.addresses)
    if sandbox is None:
        return
    await decide(bundle, sandbox, outcome)
    await desk.outcome_news(bundle.merchant.id, bundle.case_id, "demo")


async def _told(
    installation: Installation,
    bundle: CaseBundle,
    expected: Expected,
    view: CaseView,
    seconds: float,
    *,
    automatic: bool,
) -> Ended:
    merchant, case_id = bundle.merchant.id, bundle.case_id
    latest = await installation.cases.latest_decision(merchant, case_id)
    decision = latest[1] if latest else None
    facts = {fact.name: fact for fact in reversed(await installation.cases.facts(merchant, case_id))}
    told = [facts[name].text() for name in _TOLD if name in facts]
    if decision is not None:
        OUT.rule(f"{case_id}: {expected.why}", align="left", style="dim")
        OUT.print(decision_story(decision))
    return Ended(
        view=view,
        seconds=seconds,
        automatic=automatic,
        problems=_problems(bundle, expected, view, decision, automatic=automatic),
        read=", ".join(told),
        decision=headline(decision) if decision else "none",
        why=_main_reason(decision) if decision else "",
        packet=await _write_packet(installation, bundle),
    )


def _main_reason(decision: Decision | DefenceDecision) -> str:
    """The reason that speaks of this case, rather than of the law; a person's own, where they decided otherwise."""
    if decision.reasons[0].rule == "person.decided_otherwise":
        return decision.reasons[0].text
    own = [one for one in decision.reasons if not one.rule.startswith(("entitlement.", "person.", "ledger."))]
    return (own or list(decision.reasons))[0].text


_TOLD = (FactName.CLAIM_REASON, FactName.CLAIM_SEVERITY, FactName.CLAIM_LANGUAGE, FactName.ROUTE_STATUS)


def _problems(
    bundle: CaseBundle,
    expected: Expected,
    view: CaseView,
    decision: Decision | DefenceDecision | None,
    *,
    automatic: bool,
) -> list[str]:
    found: list[str] = []
    end = view.result or view.stage.value
    if end != expected.end:
        found.append(f"ended {end} ({view.detail}), expected {expected.end}")
    if automatic != expected.automatic:
        found.append(f"was {'automatic' if automatic else 'reviewed'}, expected otherwise: {view.detail}")
    if isinstance(decision, Decision) and expected.amount is not None:
        currency = bundle.order.total.currency
        low, high = (Money.parse(text, currency) for text in expected.amount)
        if not low <= decision.amount <= high:
            found.append(f"decided {decision.amount}, expected {low} to {high}")
        wanted = [expected.resolution] if isinstance(expected.resolution, str) else expected.resolution or []
        if decision.resolution.value not in wanted:
            found.append(f"resolved {decision.resolution.value}, expected {' or '.join(wanted)}")
    if isinstance(decision, DefenceDecision) and decision.stance.value != expected.stance:
        found.append(f"decided to {decision.stance.value}, expected {expected.stance}")
    return found


async def _write_packet(installation: Installation, bundle: CaseBundle) -> str:
    if bundle.kind is CaseKind.REFUND:
        return ""
    folder = installation.settings.data / "packets"
    folder.mkdir(parents=True, exist_ok=True)
    written = ""
    for artifact in await installation.cases.artifacts(bundle.merchant.id, bundle.case_id):
        suffix = Path(artifact.name).suffix
        target = folder / f"{bundle.case_id}-{artifact.kind}{suffix}"
        content = await installation.cases.artifact(bundle.merchant.id, bundle.case_id, artifact.sha256)
        target.write_bytes(content)
        if artifact.kind == "packet":
            written = os.path.relpath(target)
    return written


def _table(cases: Sequence[tuple[ReadBundle, Expected]], ended: Sequence[Ended]) -> Table:
    table = Table(
        "case", "read", Column("decision", overflow="fold"), Column("why", ratio=2), "end", "by",
        Column("packet", overflow="fold"), Column("s", justify="right"),
        title="What became of each case", title_justify="left",
    )  # fmt: skip
    for (read, _), end in zip(cases, ended, strict=True):
        mark = "green" if not end.problems else "red"
        table.add_row(
            read.bundle.case_id,
            escape(end.read),
            escape(end.decision),
            escape(end.why),
            f"[{mark}]{end.view.result or end.view.stage.value}[/{mark}]",
            "machine" if end.automatic else "person",
            escape(end.packet),
            f"{float(Fraction(str(round(end.seconds, 1)))):.1f}",
        )
    return table


async def sign_in_of_a_lead(installation: Installation, merchants: set[str]) -> str:
    """Make an account that sees every demo merchant, and say how to sign in; the password is kept nowhere else."""
    staff, password = Staff(installation.records), secrets.token_urlsafe(12)
    account = await staff.add(_LEAD, "Demo Lead", password=password, by="demo")
    for merchant in sorted(merchants):
        await staff.grant(account, merchant, Role.LEAD, by="demo")
    settings = installation.settings
    return (
        f"\n[bold]Look at the cases in the console[/bold]: http://{settings.console_host}:{settings.console_port}\n"
        f"  sign in as {_LEAD} with the password {password} (made now, shown once)"
    )


def _next_steps(settings: Settings) -> str:
    data = os.path.relpath(settings.data)
    return (
        "\n[bold]What to try next[/bold]\n"
        f"  open a packet from {data}/packets, and its proof beside it\n"
        f"  read what the buyers were told in {data}/outbox\n"
        f"  AMENDS_DATA={data} amends up            # keep the same installation running, then in another terminal:\n"
        f"  AMENDS_DATA={data} amends show r07-cracked-jp -m sakura\n"
        f"  AMENDS_DATA={data} amends evidence add r10-nophoto-ar -m hanse PHOTO.jpg\n"
        "  amends schema > case.schema.json       # the format of your own cases\n"
        "  amends demo --keep                      # again, with the console and a sign-in to look at the cases"
    )
