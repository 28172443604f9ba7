"""`amends webhooks`: what processors said, and what came of it."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from console.cli.session import OUT, By, Merchant, run
from tools.intake.notice import WebhookProcessor
from tools.records.gatherings import Gatherings
from tools.records.inbox import InboxState, WebhookInbox
from workflows.desk import CaseDesk
from workflows.installation import Installation

app = typer.Typer(no_args_is_help=True, help="The inbox of processors' webhooks.")


@app.command(name="list")
def list_notices(
    merchant: Merchant,
    state: Annotated[InboxState | None, typer.Option(help="Only those that stand so.")] = None,
    dispute: Annotated[str | None, typer.Option(help="Only those about this dispute.")] = None,
) -> None:
    """List notices, the latest happening first. `unmatched` say what their case lacks, `stuck` wait for a person."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        table = Table("processor", Column("event", overflow="fold"), "what", "happened", "dispute", "state", "said")
        standings = await Gatherings(installation.records).standings(merchant)
        gathering = {(each.processor, each.dispute): each for each in standings}
        for one in await WebhookInbox(installation.records).entries(merchant, state=state, dispute=dispute):
            said = one.said
            about = gathering.get((one.processor.value, one.dispute or ""))
            if one.state is InboxState.UNMATCHED and about is not None:
                said = f"{said}; {about.state.value}" + (f": {about.why}" if about.why else "")
            table.add_row(
                one.processor.value,
                escape(one.event_id),
                escape(one.event_type),
                f"{one.happened_at:%Y-%m-%d %H:%M}",
                escape(one.dispute or ""),
                one.state.value,
                escape(said),
            )
        OUT.print(table)

    run(work)


@app.command()
def retry(
    processor: Annotated[WebhookProcessor, typer.Argument(show_default=False)],
    event: Annotated[str, typer.Argument(help="The event's id.", show_default=False)],
    merchant: Merchant,
    by: By,
) -> None:
    """Have a notice dealt with again, whatever came of it."""

    async def work(installation: Installation, desk: CaseDesk) -> None:
        await WebhookInbox(installation.records).again(merchant, processor, event, by=by)
        OUT.print(f"{escape(event)} is due again")

    run(work)
