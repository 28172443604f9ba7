"""The measurement of carrier readers counts agreement, and names what was wrongly read as delivered."""

import json
from pathlib import Path

from benchmarks.tracking import measure
from tests.tools.carriers.payload_files import carrier_of, payload


def test_each_payload_is_compared_with_its_label(tmp_path: Path) -> None:
    labels = {
        "gls-delivered": "delivered",
        "tnt-number-used-again": "mixed: delivered; refused; not_found",
        "canadapost-delivered-then-out": "contradictory",
        "boxknight-label": "pre_transit",
        "ups-unknown-number": "not_found",
        "dpd-expected-only": "delivered",
    }
    rows: list[str] = []
    for name, label in labels.items():
        (tmp_path / name).write_bytes(payload(name))
        rows.append(json.dumps({"file": name, "carrier": carrier_of(name), "final_status": label}))
    (tmp_path / "index.jsonl").write_text("\n".join(rows), encoding="utf-8")
    readings = {reading.file: reading for reading in measure(tmp_path)}
    assert {name: readings[name].agrees for name in labels} == dict.fromkeys(labels, True) | {
        "dpd-expected-only": False
    }
    assert readings["tnt-number-used-again"].read == ("delivered", "refused", "not_found")
    assert readings["dpd-expected-only"].read == ("available_for_pickup",)
    assert (readings["gls-delivered"].events, readings["gls-delivered"].zoned) == (3, 3)
