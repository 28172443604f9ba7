"""The sample cases with different models behind the gateway: `python -m benchmarks.model_runs [--weak PYTHON]`.

Each run has an installation of its own. With a model that lies, babbles or is very weak, every case must still come
to a decision, disagreement must bring a person, and no automatic amount may differ from the run without a model. With
the scripted good model, outcomes must change as the script says. Exit code 1 otherwise.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.cli.demo import load_history, read_samples, running
from console.cli.outside import play, sandbox_of
from knowledge.decision import Decision, Route
from knowledge.money import Money
from tests.support.model_servers import serving
from tools.bundles import ReadBundle
from tools.settings import Settings
from workflows.desk import CaseDesk
from workflows.installation import open_installation
from workflows.messages import Stage

_STILL = frozenset({Stage.READING, Stage.DECIDING, Stage.PREPARING, Stage.SUBMITTING, Stage.PAYING})
_PATIENCE_SECONDS = 400.0
_QUOTING = "malicious-quoting"
"""Its lies are well formed and quote the message, so that nothing but the disagreement tells them."""
_CHANGED_BY_THE_GOOD_MODEL = ("r07-cracked-jp",)
"""Its photo is graded, so that the proposal rests on the picture instead of on the words."""


@dataclass(frozen=True)
class Came:
    """What a case came to before anybody acted."""

    stage: Stage
    automatic: bool
    resolution: str
    amount: Money


async def run_samples(samples: Sequence[ReadBundle], folder: Path) -> dict[str, Came]:
    """Open every sample in a new installation and wait until nothing moves."""
    settings = Settings().model_copy(update={"data": folder})
    async with running(settings), open_installation(settings) as installation:
        await load_history(installation, {read.bundle.merchant.id for read in samples})
        desk = CaseDesk(installation)
        for read in samples:
            sandbox = sandbox_of(read.bundle, settings, installation.addresses)
            if sandbox is not None:
                await play(read.bundle, sandbox)
            await desk.open(read.bundle, read.files)
        came: dict[str, Came] = {}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for read in samples:
            merchant, case_id = read.bundle.merchant.id, read.bundle.case_id
            view = await desk.view(merchant, case_id)
            while view.stage in _STILL and time.monotonic() < deadline:
                await asyncio.sleep(0.2)
                view = await desk.view(merchant, case_id)
            latest = await installation.cases.latest_decision(merchant, case_id)
            if latest is None:
                raise RuntimeError(f"{case_id} came to no decision")
            decision = latest[1]
            refund = isinstance(decision, Decision)
            came[case_id] = Came(
                stage=view.stage,
                automatic=decision.route is Route.AUTOMATIC,
                resolution=decision.resolution.value if refund else decision.stance.value,
                amount=decision.amount if refund else decision.contested,
            )
        return came


@contextmanager
def model_at(url: str | None, name: str, seconds: float) -> Generator[None]:
    """Workers started meanwhile use this endpoint for every task."""
    names = ("AMENDS_MODEL__URL", "AMENDS_MODEL__NAME", "AMENDS_MODEL__TIMEOUT_SECONDS")
    before = {key: os.environ.pop(key, None) for key in names}
    if url is not None:
        os.environ.update(zip(names, (url, name, str(seconds)), strict=True))
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


@contextmanager
def weak_model(python: str) -> Generator[str]:
    """The very weak real model's own server, run by an interpreter that has it."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [python, str(Path(__file__).with_name("weak_server.py")), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            server.kill()


def problems(kind: str, embedded: dict[str, Came], came: dict[str, Came]) -> list[str]:
    """What a run broke."""
    found = [f"{case_id} still moves" for case_id, one in came.items() if one.stage in _STILL]
    for case_id, one in came.items():
        alone = embedded[case_id]
        if one.automatic and (one.resolution, one.amount) != (alone.resolution, alone.amount):
            found.append(f"{case_id}: automatic {one.resolution} {one.amount}, without a model {alone.amount}")
    if kind == _QUOTING and all(came[case_id].automatic for case_id, alone in embedded.items() if alone.automatic):
        found.append("no disagreement brought a person")
    if kind == "good":
        found += [
            f"{case_id} did not change"
            for case_id in _CHANGED_BY_THE_GOOD_MODEL
            if (came[case_id].resolution, came[case_id].amount)
            == (embedded[case_id].resolution, embedded[case_id].amount)
        ]
    return found


def main() -> None:
    """Run all, print a table, exit 1 when something was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weak", help="an interpreter with the extra `weak-model`")
    parser.add_argument("--kinds", nargs="*", default=["good", "malicious", _QUOTING, "nonsense"])
    given = parser.parse_args()
    samples = [read for read, _ in read_samples()]
    broken = 0
    embedded: dict[str, Came] = {}
    counts: list[str] = []
    for kind in ["embedded", *given.kinds, *(["weak"] if given.weak else [])]:
        folder = Path(tempfile.mkdtemp(prefix="amends-models-"))
        folder.chmod(0o755)
        with contextlib.ExitStack() as leaving:
            url = None
            if kind == "weak":
                url = leaving.enter_context(weak_model(given.weak))
            elif kind != "embedded":
                url = leaving.enter_context(serving(kind)).url
            leaving.enter_context(model_at(url, kind, 20.0 if kind != "weak" else 10.0))
            began = time.monotonic()
            came = asyncio.run(run_samples(samples, folder / "data"))
        shutil.rmtree(folder, ignore_errors=True)
        if kind == "embedded":
            embedded = came
        found = problems(kind, embedded, came)
        broken += len(found)
        automatic = sum(one.automatic for one in came.values())
        changed = [case_id for case_id, one in came.items() if one != embedded[case_id]]
        counts.append(f"{kind} {len(changed)}")
        print(f"{kind:17} {len(came)} cases decided, {automatic} automatic, {time.monotonic() - began:.0f} s, "
              f"differ: {', '.join(changed) or 'none'}")  # fmt: skip
        for line in found:
            print(f"           BROKEN {line}")
    print(f"cases that differ: {', '.join(counts)}; broken: {broken}")
    sys.stdout.flush()
    os._exit(1 if broken else 0)


if __name__ == "__main__":
    main()
