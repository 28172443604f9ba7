"""`python -m benchmarks.api_fuzz [MINUTES] [EXAMPLES]`: the API against its specification, longer than the tests do.

Everything is real: database, workflow server, a worker, the served application. What was asked and found is printed by
schemathesis; the exit code is its own.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from console.web.application import make_application
from console.web.house import open_house
from tests.console.api.asking import Asking
from tests.console.api.fuzzing import fuzz
from tests.console.api.given import give_everything
from tests.console.web.browsing import served
from tests.workflows.house import running_house


async def _fuzz(minutes: int, examples: int) -> int:
    async with running_house(api_requests_per_minute=1_000_000, webhooks_to_private_addresses=True) as house:
        web = open_house(house.installation, secure=False)
        application = make_application(web)
        async with Asking(web, application) as asking, house.worker(), served(application) as address:
            made = await asking.key()
            await give_everything(house.installation, "lumen")
            folder = Path(tempfile.mkdtemp(prefix="amends-fuzz-"))
            code, said = await fuzz(address, made.secret, folder, seconds=minutes * 60, examples=examples)
            print(said)
            return code


def main() -> None:
    """Fuzz for so many minutes (10) with so many examples an operation (500)."""
    given = [int(word) for word in sys.argv[1:]]
    minutes, examples = [*given, *(10, 500)[len(given) :]]
    sys.exit(asyncio.run(_fuzz(minutes, examples)))


if __name__ == "__main__":
    main()
