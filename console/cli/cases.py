"""`amends submit`, `list`, `show`, `evidence`, `packet`: cases going in, and what became of them."""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli import remote
from console.cli.bundles import refusal_table
from console.cli.outside import play, sandbox_of
from console.cli.session import ERR, OUT, CaseId, Merchant, run
from console.cli.story import analyst_story, decision_story
from knowledge.analyst.view import AnalystView
from knowledge.case import Author, Document, DocumentKind, Message, Photo, Shipment
from tools.bundles import BundleRefused, examine_bundles
from tools.records.case_words import CaseConflict, EvidenceAddition
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.messages import Stage

app = typer.Typer(no_args_is_help=True)
evidence = typer.Typer(no_args_is_help=True, help="Evidence that comes in after a case was opened.")
app.add_typer(evidence, name="evidence")


@app.command()
def submit(
    paths: Annotated[list[Path], typer.Argument(help="Folders, zips or .jsonl files.", metavar="BUNDLE…")],
) -> None:
    """Take bundles in and start their cases. A refused bundle leaves nothing behind; the others go on."""
    bundles = [each for path in paths for each in examine_bundles(path, now=datetime.now(UTC))]
    if remote.is_remote():
        if remote.run_remote(lambda client: remote.submit(client, bundles)):
            raise typer.Exit(1)
        return

    async def work(installation: Installation, desk: CaseDesk) -> int:
        refused = 0
        for each in bundles:
            if isinstance(each, BundleRefused):
                refused += 1
                OUT.print(refusal_table(each))
                continue
            sandbox = sandbox_of(each.bundle, installation.settings, installation.addresses)
            if sandbox is not None:
                await play(each.bundle, sandbox)
            try:
                opened = await desk.open(each.bundle, each.files)
            except (CaseConflict, ValueError) as problem:
                refused += 1
                ERR.print(f"[red]refused[/red] {escape(each.bundle.case_id)}: {escape(str(problem))}", soft_wrap=True)
                continue
            news = "opened" if opened.created else "was open already, nothing changed"
            OUT.print(f"[green]{news}[/green] {escape(opened.merchant)}/{escape(opened.case_id)}")
        return refused

    if run(work):
        raise typer.Exit(1)


@app.command(name="list")
def list_cases(
    merchant: Merchant,
    status: Annotated[str | None, typer.Option(help="Only cases at this stage, for example review.")] = None,
) -> None:
    """List a merchant's cases."""
    if remote.is_remote():
        stage = None if status is None else Stage(status)
        remote.run_remote(lambda client: remote.list_cases(client, stage))
        return

    async def work(installation: Installation, desk: CaseDesk) -> None:
        table = Table("case", "kind", "stage", "why", "opened")
        for one in await installation.cases.list_cases(merchant, status=status):
            table.add_row(one.case_id, one.kind.value, one.status, escape(one.detail), f"{one.opened_at:%Y-%m-%d}")
        OUT.print(table)

    run(work)


@app.command()
def show(case_id: CaseId, merchant: Merchant) -> None:
    """Show a case: what was read, what was decided and why, and everything that happened."""
    if remote.is_remote():
        remote.run_remote(lambda client: remote.show(client, case_id))
        return

    async def work(installation: Installation, desk: CaseDesk) -> None:
        cases = installation.cases
        file = await cases.case_file(merchant, case_id)
        OUT.rule(f"{case_id} · {file.bundle.kind.value} · {await cases.status(merchant, case_id)}")
        facts = Table("fact", "value", "sure", "read by", "stands", "where")
        for fact in file.facts:
            where = " ".join(str(part) for part in fact.citation.model_dump(exclude={"kind", "sha256"}).values())
            facts.add_row(
                fact.name.value, escape(str(fact.value)), f"{fact.confidence:.0%}", fact.reader, fact.standing.value,
                escape(f"{fact.citation.kind} {where}"[:60]),
            )  # fmt: skip
        OUT.print(facts)
        for gap in file.missing:
            OUT.print(f"[yellow]missing[/yellow] {gap.name.value}: {escape(gap.why)}")
        for gap in file.gaps:
            OUT.print(f"[yellow]not gathered[/yellow] {escape(gap.why)}")
        latest = await cases.latest_decision(merchant, case_id)
        if latest is not None:
            OUT.print(decision_story(latest[1]))
        for event in await cases.events(merchant, case_id):
            OUT.print(f"{event.at:%Y-%m-%d %H:%M:%S} {event.actor}: {event.what} {escape(event.detail[:100])}")
        kept = await cases.artifacts(merchant, case_id)
        read = [artifact.sha256 for artifact in kept if artifact.kind == "analyst"]
        if read:
            seen = await cases.artifact(merchant, case_id, read[-1])
            OUT.print(analyst_story(AnalystView.model_validate_json(seen)))
        for artifact in kept:
            OUT.print(f"{artifact.kind}: {artifact.name} ({artifact.size} bytes, {artifact.sha256[:12]})")

    run(work)


@app.command()
def packet(
    case_id: CaseId,
    merchant: Merchant,
    into: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
) -> None:
    """Write a chargeback's packet, letter and proof into a folder."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        kept = await installation.cases.artifacts(merchant, case_id)
        if not kept:
            raise LookupError(f"case {case_id} has no packet yet")
        into.mkdir(parents=True, exist_ok=True)
        for artifact in kept:
            content = await installation.cases.artifact(merchant, case_id, artifact.sha256)
            (into / artifact.name).write_bytes(content)
            OUT.print(str(into / artifact.name))

    run(work)


@evidence.command()
def add(
    case_id: CaseId,
    merchant: Merchant,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Photos, documents or carrier answers.", exists=True, dir_okay=False, readable=True),
    ] = None,
    author: Annotated[Author, typer.Option(help="Who supplied it.")] = Author.BUYER,
    text: Annotated[str, typer.Option(help="A message instead of a file, or beside it.")] = "",
    carrier: Annotated[str, typer.Option(help="Files are this carrier's raw tracking answers.")] = "",
    kind: Annotated[DocumentKind | None, typer.Option(help="Files are documents of this kind.")] = None,
) -> None:
    """Add evidence to an open case: it is read, and the case decided anew."""
    content = {path.name: path.read_bytes() for path in files or []}
    if len(content) < len(files or []):
        raise typer.BadParameter("two files have the same name; give each a name of its own")
    if not content and not text:
        raise typer.BadParameter("nothing to add; name a file, or write a message with --text")
    strange = [name for name in content if not (mimetypes.guess_type(name)[0] or "").startswith("image/")]
    if strange and not carrier and kind is None:
        raise typer.BadParameter(f"{strange[0]} is not a picture; say --kind for a document, --carrier for tracking")

    async def work(installation: Installation, desk: CaseDesk) -> None:
        addition = _addition(list(content), author, text, carrier, kind)
        digest = await desk.add_evidence(merchant, case_id, addition, content, by=author.value)
        OUT.print(f"[green]added[/green] {digest[:12]}; the case is read again")

    run(work)


def _addition(
    names: Sequence[str], author: Author, text: str, carrier: str, kind: DocumentKind | None
) -> EvidenceAddition:
    """The files as tracking, documents or photos, with the message beside them, sent now."""
    now = datetime.now(UTC)
    stamp = f"{now:%Y%m%d%H%M%S%f}"
    shipments: list[Shipment] = []
    documents: list[Document] = []
    photos: list[Photo] = []
    for place, name in enumerate(names):
        if carrier:
            shipments.append(Shipment(id=f"s-{stamp}-{place}", carrier=carrier, tracking=name, fetched_at=now))
        elif kind is not None:
            identifier = f"d-{stamp}-{place}"
            documents.append(Document(id=identifier, path=name, kind=kind, author=author, title=name, at=now))
        else:
            photos.append(Photo(id=f"p-{stamp}-{place}", path=name, author=author, at=now))
    return EvidenceAddition(
        messages=(Message(id=f"m-{stamp}", author=author, at=now, text=text),) if text else (),
        photos=tuple(photos),
        documents=tuple(documents),
        shipments=tuple(shipments),
    )
