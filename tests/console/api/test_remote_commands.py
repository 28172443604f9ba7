"""`amends` against a remote installation: the same commands, over the API alone."""

from pathlib import Path

from tests.console.api.asking import Asking
from tests.console.cli.commands import folder, invoke
from tests.console.web.browsing import served
from tests.workflows.house import House, case
from workflows.messages import Stage


async def test_cases_are_submitted_listed_shown_and_decided_from_elsewhere(
    house: House, asking: Asking, tmp_path: Path
) -> None:
    made = await asking.key()
    bundle = case("remote-1", "lost: nada chegou")
    path = folder(tmp_path / "remote-1", bundle, {})
    async with house.worker(), served(asking.application) as address:
        there = {
            "AMENDS_API_URL": address,
            "AMENDS_API_KEY": made.secret,
            "AMENDS_MERCHANT": "lumen",
            "AMENDS_REVIEWER": "Marta",
            "AMENDS_DATA": str(tmp_path / "nothing runs here"),
        }
        await house.charge(bundle)
        opened = await invoke(there, "submit", path)
        assert (opened.exit_code, "opened remote-1" in opened.output) == (0, True), opened.output
        await house.until("remote-1", Stage.REVIEW)
        assert "remote-1" in (await invoke(there, "list", "--status", "review")).output
        shown = (await invoke(there, "show", "remote-1")).output
        assert "claim.reason" in shown
        assert "may be done now: approve" in " ".join(shown.split())
        taken = await invoke(there, "review", "deny", "remote-1", "--note", "a parcel forwarder")
        assert taken.exit_code == 0, taken.output
        view = await house.until("remote-1", Stage.CLOSED)
        assert view.result == "denied"
        asked = case("remote-3", "tenho uma pergunta")
        await house.charge(asked)
        await invoke(there, "submit", folder(tmp_path / "remote-3", asked, {}))
        await house.until("remote-3", Stage.REVIEW)
        wrong = await invoke(there, "review", "amend-fact", "remote-3", "order.paid", "twelve", "--note", "by phone")
        assert wrong.exit_code != 0
        right = ("review", "amend-fact", "remote-3", "claim.reason", "changed_mind", "--note", "asked by phone")
        assert "taken claim.reason by key:" in (await invoke(there, *right)).output
        await house.until("remote-3", Stage.RETURNING)
        assert "taken return received" in (await invoke(there, "review", "return-received", "remote-3")).output
        view = await house.until("remote-3", Stage.CLOSED)
        assert view.result == "paid"
        refused = await invoke(there, "show", "remote-2")
        assert refused.exit_code == 1
        assert "404 Not Found" in refused.output
    half = await invoke({"AMENDS_API_URL": "http://127.0.0.1:9", "AMENDS_MERCHANT": "lumen"}, "list")
    assert half.exit_code == 2
    assert "set both AMENDS_API_URL and AMENDS_API_KEY" in " ".join(half.output.replace("│", " ").split())
