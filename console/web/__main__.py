"""`python -m console.web`: the console with the API, and beside it outgoing webhooks, until SIGINT or SIGTERM."""

import asyncio
import os
import sys

from console.serving import serve_until_stopped
from console.web.application import make_application
from console.web.house import open_house
from tools.geography import geo_names
from tools.outgoing.sender import WebhookSender
from tools.settings import Settings
from workflows.installation import open_installation
from workflows.operating import seen_from_outside, settings_of_process, telemetry


async def serve(settings: Settings) -> None:
    """Serve on the settings' host and port (a free one when it is left out) until asked to stop."""
    async with (
        telemetry("console", settings) as process,
        open_installation(settings, process.runtime) as installation,
        seen_from_outside(process, installation),
    ):
        application = make_application(open_house(installation, secure=settings.console_secure))
        sender = WebhookSender(installation.records, private=settings.webhooks_to_private_addresses)
        # When the sender ends with an error, so does the console: whoever supervises starts both again.
        async with asyncio.TaskGroup() as together:
            sending = together.create_task(sender.keep_sending())
            # Read before the first case with a parcel is opened: it takes seconds, once a process.
            together.create_task(asyncio.to_thread(geo_names))
            await serve_until_stopped(
                application, "console", settings.console_host, settings.console_port, finish_seconds=5
            )
            sending.cancel()


def main() -> None:
    """Run until stopped; the first line of output is the address."""
    asyncio.run(serve(settings_of_process("console")))
    # Temporal's core can abort the interpreter while it ends (sdk-python issue 300); all is flushed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
