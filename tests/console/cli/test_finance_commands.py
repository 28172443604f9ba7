"""A clerk's month from the terminal: figures, closing, files that open again."""

import zipfile
from pathlib import Path

from tests.console.cli.commands import done, refused
from tests.console.web.finance.shops import generated_shop
from tests.tools.records.files_read_again import csv_rows
from tests.workflows.house import House


async def test_a_month_is_told_closed_taken_out_and_opened_again(house: House, tmp_path: Path) -> None:
    merchant = ("-m", "terminal")
    await generated_shop(house, "terminal")
    assert "2026-03 is open and the next to be closed" in await done(house, "finance", "month", "2026-03", *merchant)
    by = (*merchant, "--by", "a_clerk")
    assert "close 2026-03 first" in await refused(house, "finance", "close", "2026-04", *by)
    assert "2026-03 is closed" in await done(house, "finance", "close", "2026-03", *by)
    assert "its lines agree with it" in await done(house, "finance", "month", "2026-03", *merchant)
    for kind in ("workbook", "lines", "totals", "journal", "letters"):
        assert "Wrote" in await done(house, "finance", "export", "2026-03", kind, *by, "--out", str(tmp_path))
    assert csv_rows((tmp_path / "amends-terminal-2026-03-lines.csv").read_bytes())
    for name in ("workbook.xlsx", "letters.zip"):
        assert zipfile.ZipFile(tmp_path / f"amends-terminal-2026-03-{name}").testzip() is None
    assert "reason: write why" in await refused(house, "finance", "reopen", "2026-03", *by, "--reason", "no")
    assert "open again" in await done(house, "finance", "reopen", "2026-03", *by, "--reason", "a fee was left out")
