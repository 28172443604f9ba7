"""`amends erase` and `amends retention`, as a person types them."""

from tests.console.cli.commands import done, refused
from tests.workflows.house import House, case


async def closed(house: House, case_id: str, buyer: str) -> None:
    person = {"id": buyer, "name": "Ana Lima", "email": f"{buyer}@example.org", "country": "PT"}
    await house.installation.cases.open_case(case(case_id, "lost", buyer=person), {})
    await house.installation.cases.set_status("lumen", case_id, "closed", "paid")


async def test_a_person_is_shown_first_and_then_erased(house: House) -> None:
    await closed(house, "cli-erased", "buyer-cli")
    words = ("erase", "--email", "Buyer-CLI@example.org")
    shown = await done(house, *words, "--dry-run")
    assert "cli-erased (refund, closed)" in shown
    assert "entries of the audit chain" in shown
    assert await house.installation.cases.bundle("lumen", "cli-erased")
    assert "erased; record e_" in await done(house, *words, "--yes")
    assert "intact" in await done(house, "audit", "verify")
    assert "nothing of this person is held" in await refused(house, *words, "--yes")


async def test_a_person_is_named_in_one_way(house: House) -> None:
    assert "by one of" in await refused(house, "erase", "--yes")
    assert "by one of" in await refused(house, "erase", "--email", "a@b.example", "--buyer", "b", "--yes")


async def test_a_case_under_legal_hold_is_erased_for_a_reason_alone(house: House) -> None:
    await closed(house, "cli-held", "buyer-held")
    await done(house, "retention", "hold", "cli-held", "--reason", "before the court")
    words = ("erase", "--buyer", "buyer-held", "--yes")
    assert "case cli-held: is under legal hold" in await refused(house, *words)
    assert "erased; record" in await done(house, *words, "--force", "the court has ruled")


async def test_the_days_are_shown_and_nothing_is_due_today(house: House) -> None:
    assert "1461" in await done(house, "retention", "show")
    assert "Nothing is due." in await done(house, "retention", "run", "--dry-run")
    assert "Nothing was due." in await done(house, "retention", "run")
