"""`amends demo`: what it refuses before it starts anything."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.demo import app
from tools.embedded.addresses import Addresses, ServicesRecord, write_record
from tools.embedded.identity import ProcessIdentity


def test_a_second_demo_leaves_the_one_that_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "demo"
    data.mkdir()
    addresses = Addresses(
        postgres_url="postgresql://127.0.0.1:1/amends",
        temporal_address="127.0.0.1:2",
        temporal_namespace="default",
        chroma_url="http://127.0.0.1:3",
    )
    write_record(data, ServicesRecord(owner=ProcessIdentity.of(os.getpid()), addresses=addresses))
    before = {file: file.read_bytes() for file in data.iterdir()}
    monkeypatch.setenv("AMENDS_DATA", str(tmp_path))

    answer = CliRunner().invoke(app, [])

    assert answer.exit_code == 1
    assert "amends down" in answer.stderr
    assert {file: file.read_bytes() for file in data.iterdir()} == before
