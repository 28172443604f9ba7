"""Schemathesis against the served application: requests made of the specification, answers held against it."""

import asyncio
import shutil
import sys
from pathlib import Path

# A bundle that fits the schema may still be refused: sums, dates and references lie between fields, where no schema
# sees them. What must never happen, an answer outside the specification, is checked for refusals too.
_LEFT_OUT = "positive_data_acceptance"
WHOLE_BUNDLES = ("submit_case", "freeze_order", "play_payment", "add_evidence")
"""Operations whose bodies have hundreds of fields: covering each of their edges takes hours, so they are fuzzed."""


async def fuzz(address: str, secret: str, folder: Path, *, seconds: int | None, examples: int) -> tuple[int, str]:
    """Every operation by its examples and at random, then the edges of every parameter and small body.

    Each part takes `seconds` at most; without, as long as its examples take. Returns the worse exit code (0 is good)
    and what was said.
    """
    at_random = ("--phases", "examples,fuzzing", "--max-examples", str(examples))
    edges = ("--phases", "coverage", *(word for each in WHOLE_BUNDLES for word in ("--exclude-operation-id", each)))
    worst, told = 0, ""
    for part in (at_random, edges):
        bounded = () if seconds is None else ("--max-time", str(seconds))
        code, said = await _run(address, secret, folder, *bounded, *part)
        worst, told = max(worst, code), told + said
    return worst, told


async def _run(address: str, secret: str, folder: Path, *more: str) -> tuple[int, str]:
    program = Path(sys.executable).with_name("schemathesis")
    assert program.exists(), "schemathesis is not installed; install the development requirements"
    folder.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        str(program), "--no-color", "run", f"{address}/v1/openapi.json", "--url", f"{address}/v1",
        "--header", f"Authorization: Bearer {secret}", "--checks", "all", "--exclude-checks", _LEFT_OUT,
        "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all",
        "--generation-database", "none", "--request-timeout", "60", *more,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    shutil.rmtree(folder, ignore_errors=True)
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")
