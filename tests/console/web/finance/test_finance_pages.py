"""The finance desk without a browser: who sees what, closing and opening again, files that agree with the page."""

import hashlib
import io
import re
import zipfile
from datetime import UTC, datetime

import httpx

from knowledge.finance.month import Month
from knowledge.rules.authority import Role
from tests.console.web.finance.shops import generated_shop, open_disputes
from tests.console.web.visiting import Visiting
from tests.tools.records.files_read_again import csv_rows, totals
from tests.tools.records.recomputed_months import recomputed
from tests.workflows.house import House

PAGES = ("/finance", "/finance/ledger", "/finance/months", "/finance/months/2026-03")
CHANGES = (
    "/finance/sales",
    "/finance/months/2026-03/close",
    "/finance/months/2026-03/reopen",
    "/finance/months/2026-03/letters",
    "/finance/months/2026-03/export/lines",
)
SALES = {"network": "visa", "month": "2026-03", "sales": "80000", "fraud_reports": ""}


def told(answer: httpx.Response) -> str:
    """The page's words, blanks made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def test_each_role_reads_and_changes_what_it_may_and_nothing_else(visiting: Visiting) -> None:
    for role in Role:
        person = await visiting.signed_in(role, "roles")
        reads = role is not Role.REVIEWER
        for page in PAGES:
            assert (await person.get(page)).status_code == (200 if reads else 403), (role, page)
        changes = role in (Role.FINANCE, Role.ADMIN)
        for page in CHANGES:
            answer = await person.post(page, dict(SALES), on="/finance")
            if not changes:
                assert answer.status_code == 403, (role, page)
            else:
                assert answer.status_code not in (403, 500), (role, page)


async def test_a_page_made_up_is_absent(visiting: Visiting) -> None:
    clerk = await visiting.signed_in(Role.FINANCE, "absent")
    for page in ("/finance/months/2026-13", "/finance/months/x", "/finance/ledger?state=x", "/finance/ledger?after=x"):
        assert (await clerk.get(page)).status_code == 404, page
    answer = await clerk.post("/finance/months/2026-03/export/anything", on="/finance")
    assert answer.status_code == 404


async def test_what_is_taken_out_agrees_with_the_page_and_with_what_happened(house: House, visiting: Visiting) -> None:
    shop = await generated_shop(house, "files")
    clerk = await visiting.signed_in(Role.FINANCE, "files")
    page = told(await clerk.get("/finance/months/2026-03"))
    answer = await clerk.post("/finance/months/2026-03/export/totals", on="/finance")
    assert answer.headers["content-disposition"] == 'attachment; filename="amends-files-2026-03-totals-open.csv"'
    # Only what was known in the first phase was inserted.
    shop.told.paid = [one for one in shop.told.paid if one.phase == 1]
    shop.told.opened = [one for one in shop.told.opened if one.phase == 1]
    shop.told.ended = [one for one in shop.told.ended if one.phase == 1]
    exact = recomputed(shop.told)["2026-03"]
    for currency, figures in totals(csv_rows(answer.content)).items():
        assert figures == {name: value for name, value in exact[currency].items() if name != "processor"}
    for row in csv_rows(answer.content):
        if row["figure"] == "net_recovery":
            assert f" {row['amount']} " in page, row
    workbook = await clerk.post("/finance/months/2026-03/export/workbook", on="/finance")
    assert zipfile.ZipFile(io.BytesIO(workbook.content)).testzip() is None


async def test_a_month_is_closed_once_and_opened_again_with_a_reason(house: House, visiting: Visiting) -> None:
    await generated_shop(house, "closing")
    clerk = await visiting.signed_in(Role.FINANCE, "closing")
    at = "/finance/months/2026-03"
    assert "2026-03 is over and open" in told(await clerk.get("/finance"))
    refused = await clerk.post("/finance/months/2026-04/close", on=at)
    assert refused.status_code == 409
    assert "close 2026-03 first" in told(refused)
    assert (await clerk.post(f"{at}/close", on=at)).status_code == 303
    closed = told(await clerk.get(at))
    assert "Closed by Ana Example" in closed
    assert "recomputed, agrees" in closed
    assert (await clerk.post(f"{at}/close", on=at)).status_code == 409
    assert "reason: write why" in told(await clerk.post(f"{at}/reopen", {"reason": "no"}, on=at))
    reason = "the acquirer's fee <b>was left out</b>"
    assert (await clerk.post(f"{at}/reopen", {"reason": reason}, on=at)).status_code == 303
    again = await clerk.get(at)
    assert "the acquirer&#39;s fee &lt;b&gt;was left out&lt;/b&gt;" in again.text


async def test_the_overview_tells_exposure_expectation_and_headroom_that_is_never_guessed(
    house: House, visiting: Visiting
) -> None:
    await open_disputes(house, "overview")
    clerk = await visiting.signed_in(Role.FINANCE, "overview")
    page = told(await clerk.get("/finance"))
    assert "EUR 2 0 120.00 1 60.00 34.20 " in page, "0.6 × 0.95 of the one that is fought"
    assert "unknown without the month's sales" in page
    this = str(Month.of(datetime.now(UTC)))
    given = SALES | {"month": this, "fraud_reports": "12"}
    assert (await clerk.post("/finance/sales", given, on="/finance")).status_code == 303
    page = told(await clerk.get("/finance"))
    assert "visa 80000" in page
    assert "below" in page
    refused = await clerk.post("/finance/sales", given | {"sales": "many"}, on="/finance")
    assert (refused.status_code, "sales: write a whole number" in told(refused)) == (422, True)


async def test_finance_sees_amounts_letters_and_references_but_no_buyers(house: House, visiting: Visiting) -> None:
    await open_disputes(house, "private")
    clerk = await visiting.signed_in(Role.FINANCE, "private")
    this = Month.of(datetime.now(UTC))
    for page in ("/finance", "/finance/ledger", f"/finance/months/{this}"):
        text = (await clerk.get(page)).text
        assert "Ana Silva" not in text
        assert "came broken" not in text
    ledger = told(await clerk.get(f"/finance/ledger?month={this}&state=pending&processor=stripe"))
    for words in ("60.00 EUR", "dp_lamp_1", "lamp-1", "ch_lamp"):
        assert words in ledger
    archive = await clerk.post(f"/finance/months/{this}/letters", on="/finance")
    assert "lamp-1/1-letter-1.json" in zipfile.ZipFile(io.BytesIO(archive.content)).namelist()


async def test_another_merchants_figures_never_show(house: House, visiting: Visiting) -> None:
    await open_disputes(house, "theirs")
    await generated_shop(house, "theirs")
    stranger = await visiting.signed_in(Role.FINANCE, "nobodys")
    assert "No dispute is open" in told(await stranger.get("/finance"))
    assert "No entry is like this" in told(await stranger.get("/finance/ledger"))
    assert "No money moved" in told(await stranger.get("/finance/months/2026-03"))
    assert csv_rows((await stranger.post("/finance/months/2026-03/export/lines", on="/finance")).content) == []
    archive = await stranger.post("/finance/months/2026-03/letters", on="/finance")
    assert zipfile.ZipFile(io.BytesIO(archive.content)).namelist() == ["index.csv", "index.json"]


async def test_every_look_and_every_export_is_in_the_audit_trail(house: House, visiting: Visiting) -> None:
    auditor, clerk = [await visiting.signed_in(role, "looked-at") for role in (Role.AUDITOR, Role.FINANCE)]
    for page in PAGES:
        await auditor.get(page)
    await clerk.post("/finance/months/2026-03/export/journal", on="/sign-in")
    made = await clerk.post("/finance/months/2026-03/export/journal", on="/finance/months/2026-03")
    entries = await house.installation.audit.entries("looked-at")
    looks = [entry.action for entry in entries if entry.actor == auditor.account and "view." in entry.action]
    assert looks == [f"view.finance.{page}" for page in ("overview", "ledger", "months", "month.2026-03")]
    exports = [entry for entry in entries if entry.action == "export.journal.2026-03"]
    assert [entry.digest for entry in exports] == [hashlib.sha256(made.content).hexdigest()]
