"""Writes the sample cases: `python -m samples.make`. The folders it makes are committed; running it changes nothing."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples.chargebacks import CHARGEBACKS
from samples.refunds import REFUNDS

FOLDER = Path(__file__).parent / "cases"


def write(folder: Path, case: Mapping[str, Any], files: Mapping[str, bytes], expected: Mapping[str, Any]) -> None:
    """One sample: the bundle, its files, and what is expected of it beside it."""
    bundle = folder / str(case["case_id"]) / "bundle"
    bundle.mkdir(parents=True)
    (bundle / "case.json").write_text(_text(case), encoding="utf-8")
    for path, content in files.items():
        target = bundle / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (bundle.parent / "expected.json").write_text(_text(expected), encoding="utf-8")


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every sample anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for case, files, expected in (*REFUNDS, *CHARGEBACKS):
        write(FOLDER, case, files, expected)


if __name__ == "__main__":
    main()
