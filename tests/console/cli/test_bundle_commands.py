import json
from pathlib import Path

from typer.testing import CliRunner

from console.cli.bundles import app
from tests.tools.bundles.lamp_bundle import lamp_case, write_folder
from tools.bundles import case_schema

WIDE = {"COLUMNS": "200"}


def test_the_schema_is_printed_as_json():
    done = CliRunner().invoke(app, ["schema"])

    assert done.exit_code == 0
    assert json.loads(done.stdout) == case_schema()


def test_a_good_bundle_is_reported_in_order(tmp_path: Path):
    done = CliRunner().invoke(app, ["validate", str(write_folder(tmp_path / "b", lamp_case()))], env=WIDE)

    assert done.exit_code == 0
    assert "ok case-1001" in done.stdout
    assert "1 bundle in order, 0 refused" in done.stdout


def test_every_refusal_is_listed_with_its_mend_and_the_rest_is_still_checked(tmp_path: Path):
    bad = lamp_case()
    bad["buyer"]["country"] = "UK"
    bad["order"]["total"]["amount"] = "1.00"
    first, second = write_folder(tmp_path / "1", bad), write_folder(tmp_path / "2", lamp_case())

    done = CliRunner().invoke(app, ["validate", str(first), str(second)], env=WIDE)

    assert done.exit_code == 1
    assert "/buyer/country" in done.stdout
    assert "write GB" in done.stdout
    assert "/order/total" in done.stdout
    assert "1 bundle in order, 1 refused" in done.stdout


def test_words_of_a_bundle_are_never_read_as_markup(tmp_path: Path):
    bad = lamp_case()
    bad["claim"]["skus"] = ["lamp-1"]
    bad["messages"][0]["[red]odd"] = "x"
    done = CliRunner().invoke(app, ["validate", str(write_folder(tmp_path / "b", bad))], env=WIDE)

    assert done.exit_code == 1
    assert "/messages/0/[red]odd" in done.stdout
