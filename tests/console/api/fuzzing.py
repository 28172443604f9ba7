"""Schemathesis against the served application: requests made of the specification, answers held against it."""

import asyncio
import shutil
import sys
from pathlib import Path

# A bundle that fits the schema may still be refused: sums, dates and references lie between fields, where no schema
# sees them. What must never happen, an answer outside the specification, is checked for refusals too.
_LEFT_OUT = "positive_data_acceptance"


async def fuzz(address: str, secret: str, folder: Path, *, seconds: int, examples: int) -> tuple[int, str]:
    """Fuzz the API at `address` for `seconds`; the exit code (0 is good) and what was said."""
    program = Path(sys.executable).with_name("schemathesis")
    assert program.exists(), "schemathesis is not installed; install the development requirements"
    folder.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        str(program), "run", f"{address}/v1/openapi.json", "--url", f"{address}/v1",
        "--header", f"Authorization: Bearer {secret}", "--checks", "all", "--exclude-checks", _LEFT_OUT,
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--max-time", str(seconds),
        "--continue-on-failure", "--no-color", "--warnings", "off", "--suppress-health-check", "all",
        "--generation-database", "none", "--request-timeout", "60",
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    shutil.rmtree(folder, ignore_errors=True)
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")
