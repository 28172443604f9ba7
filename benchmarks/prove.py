"""`make prove`: the long proofs, one after the other, each with its figure; resumable, with a table and an exit code.

What is proved is kept under `prove-results/` for the commit it was proved on; a run that was interrupted goes on
where it stopped. `--complaints FILE`, `--tracking FOLDER` and `--webhooks FOLDER` add the measurements on real data,
`--weak` the very weak real model (its requirements are installed into an environment beside the results), `--rounds`
repeats the kills.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_HOME = Path(__file__).parents[1]
_RESULTS = _HOME / "prove-results"
_DEMO_SECONDS = 90.0
_PACKET_SECONDS = 2.0


@dataclass(frozen=True)
class Proof:
    """A command whose exit code decides and whose last matching line is the figure."""

    name: str
    command: tuple[str, ...]
    figure: str
    """A regular expression; what it matches last in the output is shown."""
    at_most: float | None = None
    """The figure's first number may not exceed this."""


@dataclass(frozen=True)
class Result:
    """What came of a proof."""

    held: bool
    figure: str
    seconds: float


def proofs(given: argparse.Namespace) -> list[Proof]:
    """Every proof that is asked for, in order."""
    python = sys.executable
    tests = (python, "-m", "pytest", "-p", "no:cacheprovider", "-m", "", "-rA", "--tb=short")
    demo, passed = (python, "-m", "console.cli.main", "demo"), r"\d+ passed.*"
    workflows = "tests/workflows"
    wanted = [
        Proof("all samples reach their expected end", demo, r"\d+ of \d+ cases.*"),
        Proof("demo on a new data folder: at most 90 s", demo, r"\(([\d.]+) s with starting\)", _DEMO_SECONDS),
    ]
    wanted += [
        Proof(f"kill -9, round {number}", (*tests, f"{workflows}/test_kills.py"), passed)
        for number in range(1, int(given.rounds) + 1)
    ]
    suites = (
        ("disputes: submitted once, also when killed", (f"{workflows}/test_chargeback_case.py",)),
        ("offers over a redeploy; golden histories", (f"{workflows}/test_redeploy.py",)),
        ("the middle of the night: killed, restarted, down", ("tests/console/web/night",)),
        ("documents' walks, twenty cases by keyboard", ("tests/console/web/walks",)),
        (
            "pages in a browser: live updates, barriers, decisions",
            ("tests/console/web", "--ignore=tests/console/web/night", "--ignore=tests/console/web/walks"),
        ),
        ("API: authority, foreign ids, specification", ("tests/console/api",)),
        ("every task a replay", (f"{workflows}/test_refund_case.py",)),
        ("malformed bundles change no row", (f"{workflows}/test_refusals.py", "tests/tools/bundles")),
        ("tenancy, ledger, audit", ("tests/tools/records",)),
        ("letters and packets", ("tests/knowledge/letter", "tests/tools/packets")),
        ("only the proved letter is sent", (f"{workflows}/test_submission_door.py",)),
        ("CE 3.0, First-Party Trust, 3-D Secure tables", ("tests/knowledge/rules/liability",)),
        ("stand-ins hold connectors to the specifications", ("tests/tools/processors",)),
        (
            "whole disputes: won, lost, partial, second cycle",
            tuple(f"{workflows}/test_{name}.py" for name in ("dispute_cycles", "paypal_case", "adyen_case")),
        ),
        (
            "webhooks: signatures, every order, gathered cases",
            (
                "tests/tools/intake",
                "tests/console/webhooks",
                f"{workflows}/test_intake.py",
                f"{workflows}/test_gathering.py",
            ),
        ),
        ("a year of dates on the time-skipping server", (f"{workflows}/test_year.py", f"{workflows}/test_calendar.py")),
    )
    wanted += [Proof(name, (*tests, *paths), passed) for name, paths in suites]
    letters = (python, "-m", "benchmarks.letters")
    wanted += [
        Proof("letters: 280 corruptions, kind × place", letters, r"(?m)^caught .*"),
        Proof("letters: every corruption that fits", (*letters, "--every"), r"(?m)^caught .*"),
        Proof("letters: share caught in free prose", (*letters, "--prose"), r"(?m)^free prose: .*"),
    ]
    packets = (python, "-m", "benchmarks.packets", str(_RESULTS / "packets"))
    wanted.append(Proof("a packet for each family × network", packets, r"(?m)^\d+ of \d+ packets.*"))
    storm = (python, "-m", "benchmarks.dispute_storm")
    wanted.append(Proof("1 000 disputes in a storm", storm, r"(?m)^\d+ disputes: .*"))
    months = (python, "-m", "benchmarks.month_close")
    wanted.append(Proof("month close on 10 000 cases: totals agree", months, r"(?m)^\d+ cases, .*"))
    pages = (python, "-m", "benchmarks.console_queue")
    wanted.append(Proof("queue page at 50 000 waiting cases", pages, r"(?m)^target .*"))
    fuzz = (python, "-m", "benchmarks.api_fuzz", "5", "50")
    wanted.append(Proof("API fuzzed: nothing outside its specification", fuzz, r"[^=\n]+ in [\d.]+s (?==)"))
    office = (python, "-m", "benchmarks.console")
    wanted.append(Proof("console: 50 reviewers, 1 000 live cases, 10 min", office, r"(?m)^console .*"))
    webhook = (python, "-m", "benchmarks.webhook_packet")
    wanted.append(Proof("webhook to packet: p95 at most 2 s", webhook, r"p95 ([\d.]+) s", _PACKET_SECONDS))
    if given.webhooks:
        command = (python, "-m", "benchmarks.webhooks", str(given.webhooks))
        wanted.append(Proof("official webhooks are read", command, r"(?m)^official webhooks: .*"))
    models = (python, "-m", "benchmarks.model_runs")
    wanted.append(Proof("models: good, malicious, nonsense", models, r"(?m)^cases that differ: .*"))
    if given.weak:
        weak = ("--kinds", "--weak", str(_weak_python()))
        wanted.append(Proof("models: a real, very weak one", (*models, *weak), r"(?m)^cases that differ: .*"))
    if given.complaints:
        command = (python, "-m", "benchmarks.claims", str(given.complaints))
        wanted.append(Proof("claims read on real complaints", command, r"(?m)^all .*"))
    if given.tracking:
        command = (python, "-m", "benchmarks.tracking", str(given.tracking))
        wanted.append(Proof("carriers' real answers", command, r"(?m)^.*(?:agree|of \d+).*"))
    wanted.append(Proof("bench: over doing nothing", (python, "-m", "benchmarks.bench"), r"refund workflow over.*"))
    return wanted


def _weak_python() -> Path:
    folder = _RESULTS / "weak-venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        requirements = str(_HOME / "requirements" / "weak-model.txt")
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", requirements], check=True)
    return python


def prove(proof: Proof, log: Path) -> Result:
    """Run one proof; its whole output goes to `log`."""
    began = time.monotonic()
    done = subprocess.run(proof.command, cwd=_HOME, capture_output=True, text=True, check=False)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    matches = list(re.finditer(proof.figure, done.stdout))
    figure = (matches[-1][1] if matches[-1].groups() else matches[-1][0]) if matches else "no figure"
    held = done.returncode == 0 and bool(matches)
    if held and proof.at_most is not None:
        held = float(figure) <= proof.at_most
    return Result(held=held, figure=figure.strip(), seconds=round(time.monotonic() - began, 1))


def _commit() -> str:
    shown = subprocess.run(["git", "rev-parse", "HEAD"], cwd=_HOME, capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Prove what is not proved yet on this commit, print the table, exit 1 when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=Path)
    parser.add_argument("--tracking", type=Path)
    parser.add_argument("--webhooks", type=Path)
    parser.add_argument("--weak", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anew", action="store_true", help="prove again what is proved already")
    given = parser.parse_args(arguments)
    folder = _RESULTS / _commit()
    folder.mkdir(parents=True, exist_ok=True)
    table = Table("proof", "", "figure", "s", title=f"Proofs on {folder.name[:12]}", title_justify="left")
    out, broken = Console(width=150), 0
    for place, proof in enumerate(proofs(given)):
        kept = folder / f"{place:02d}-{re.sub(r'[^a-z0-9]+', '-', proof.name.lower())}.json"
        if kept.exists() and not given.anew:
            result = Result(**json.loads(kept.read_text(encoding="utf-8")))
        else:
            out.print(f"{proof.name} …")
            result = prove(proof, kept.with_suffix(".log"))
            if result.held:
                kept.write_text(json.dumps(asdict(result)), encoding="utf-8")
        broken += not result.held
        table.add_row(
            proof.name, "holds" if result.held else "[red]BROKEN[/red]", result.figure, f"{result.seconds:.0f}"
        )
    out.print(table)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
