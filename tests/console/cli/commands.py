"""Running `amends` against a house: each command as a person would type it, in a thread beside the worker."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from console.cli.main import app
from knowledge.case import CaseBundle
from tests.workflows.house import MASTER_KEY, House


async def invoke(environment: Mapping[str, str], *words: str) -> Result:
    """What `amends WORDS` says and ends with under that environment and no other `AMENDS_` settings."""
    others = {name: None for name in os.environ if name.startswith("AMENDS_")}
    only = {**others, "COLUMNS": "200", "TERM": "dumb", **environment}
    return await asyncio.to_thread(CliRunner().invoke, app, list(words), env=only)


async def amends(house: House, *words: str, **more: str) -> Result:
    """The same in the house, for the merchant and the reviewer of the tests, with `more` settings."""
    environment = {
        **house.installation.addresses.environment(),
        "AMENDS_DATA": str(house.installation.settings.data),
        "AMENDS_MASTER_KEY": MASTER_KEY,
        "AMENDS_MERCHANT": "lumen",
        "AMENDS_REVIEWER": "Marta",
    }
    return await invoke({**environment, **more}, *words)


async def done(house: House, *words: str) -> str:
    """What a command says that succeeds."""
    result = await amends(house, *words)
    assert result.exit_code == 0, result.output
    return result.output


async def refused(house: House, *words: str) -> str:
    """What a command says that is refused: in words, never with a traceback."""
    result = await amends(house, *words)
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit), result.output
    return " ".join(result.output.replace("│", " ").split())


def folder(at: Path, bundle: CaseBundle, files: Mapping[str, bytes]) -> str:
    """The bundle as a folder that can be submitted."""
    at.mkdir(parents=True, exist_ok=True)
    (at / "case.json").write_text(bundle.model_dump_json(exclude_none=True), encoding="utf-8")
    for path, content in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_bytes(content)
    return str(at)
