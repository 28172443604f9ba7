"""`python -m console.webhooks`: the door, and beside it the work on what it stores, until SIGINT or SIGTERM."""

import asyncio
import os
import sys
from datetime import UTC, datetime

from console.serving import serve_until_stopped
from console.webhooks.door import WebhookDoor
from console.webhooks.paypal_trust import fetch_certificate, trusted_roots
from tools.intake.paypal_certificates import PayPalCertificates
from tools.records.inbox import WebhookInbox
from tools.settings import Settings
from workflows.desk import CaseDesk
from workflows.installation import open_installation
from workflows.intake import Intake
from workflows.operating import seen_from_outside, settings_of_process, telemetry
from workflows.sweep import Sweep


async def serve(settings: Settings) -> None:
    """Serve on the settings' host and port (a free one when it is left out) until asked to stop."""
    async with (
        telemetry("webhooks", settings) as process,
        open_installation(settings, process.runtime) as installation,
        seen_from_outside(process, installation),
    ):
        inbox, woken = WebhookInbox(installation.records), asyncio.Event()
        door = WebhookDoor(
            settings.webhooks,
            inbox,
            PayPalCertificates(fetch_certificate, trusted_roots()),
            stored=woken.set,
            clock=lambda: datetime.now(UTC),
        )
        sweep = Sweep(installation.processors, inbox, installation.cases, clock=lambda: datetime.now(UTC))
        intake = Intake(inbox, installation.cases, CaseDesk(installation))
        merchants = sorted({each.merchant for each in settings.webhooks})
        # When the work ends with an error, so does the door: whoever supervises starts both again.
        async with asyncio.TaskGroup() as together:
            working = together.create_task(intake.keep_working(merchants, woken))
            sweeping = together.create_task(sweep.keep_sweeping(settings.webhooks, woken))
            await serve_until_stopped(
                door.application(), "webhooks", settings.webhook_host, settings.webhook_port, finish_seconds=10
            )
            working.cancel()
            sweeping.cancel()


def main() -> None:
    """Run until stopped; the first line of output is the address."""
    asyncio.run(serve(settings_of_process("webhooks")))
    # Temporal's core can abort the interpreter while it ends (sdk-python issue 300); all is flushed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
