"""The image and the Makefile: locked by hash, not root, and clear when something is missing."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deployment.compose_file import ROOT


def _instructions() -> list[str]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [line for line in lines if re.match(r"[A-Z]+ ", line)]


def test_the_image_installs_what_is_locked_and_does_not_run_as_root() -> None:
    instructions = _instructions()
    assert [line for line in instructions if "pip install" in line] == [
        "RUN pip install --require-hashes -r requirements/runtime.txt",
        "RUN pip install --no-deps --no-build-isolation .",
    ]
    assert "USER amends" in instructions
    bases = [line.split()[1] for line in instructions if line.startswith("FROM")]
    assert bases == ["python:3.12-slim-bookworm"] * 2


def test_the_image_gets_every_room_and_nothing_else() -> None:
    copied = [line.split()[1] for line in _instructions() if line.startswith("COPY") and "--from" not in line]
    rooms = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name in _packages())
    assert sorted(set(copied) - {"pyproject.toml", "requirements/runtime.txt"}) == rooms == sorted(_packages())
    allowed = {line[1:].removesuffix("/**") for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    assert allowed == {*_packages(), "pyproject.toml", "README.md", "requirements/runtime.txt"}


def _packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_every_locked_requirement_carries_hashes() -> None:
    for name in ("runtime", "dev", "weak-model"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        pinned = re.findall(r"^(\S+==\S+).*\\\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-zA-Z0-9]", text, flags=re.MULTILINE))
        assert "://" not in "".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("runtime.txt", "dev.txt"):
        (tmp_path / "requirements" / name).write_text("")
    return tmp_path


def _python(folder: Path, script: str) -> Path:
    program = folder / "some-python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def _make(checkout: Path, python: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "demo", f"PYTHON={python}"], cwd=checkout, text=True, capture_output=True, env=environment
    )


def test_make_says_which_python_it_needs(checkout: Path) -> None:
    too_old = _python(checkout, "exit 1")

    made = _make(checkout, too_old)

    assert made.returncode == 2
    assert made.stdout == "Amends needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 demo\n"


def test_make_says_what_to_install_when_venv_is_missing_and_leaves_no_half_of_one(checkout: Path) -> None:
    # As on Debian without python3-venv: the folder is begun, then ensurepip is found missing.
    without_venv = _python(
        checkout,
        f'if [ "$1" = -m ]; then mkdir -p .venv/bin; ln -s {sys.executable} .venv/bin/python; exit 1; fi\n'
        f'exec {sys.executable} "$@"',
    )

    made = _make(checkout, without_venv)

    assert made.returncode == 2
    assert "on Debian and Ubuntu install the package python3-venv" in made.stdout
    assert not (checkout / ".venv").exists()


def test_make_test_is_what_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert script[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in script
    assert script[-1] == "make test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
