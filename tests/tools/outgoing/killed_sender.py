"""A sender in a process of its own, to be killed: `python -m tests.tools.outgoing.killed_sender URL`."""

import asyncio
import sys
from datetime import timedelta

from tests.tools.records.conftest import MASTER_KEY, TENANCY_SECRET
from tools.outgoing.sender import WebhookSender
from tools.records.records import Records


async def main(url: str) -> None:
    records = await Records.connect(url, master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=3)
    sender = WebhookSender(records, private=True, pauses=[timedelta(milliseconds=50)])
    sys.stdout.write("sending\n")
    sys.stdout.flush()
    await sender.keep_sending(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
