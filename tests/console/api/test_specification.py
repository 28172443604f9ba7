"""The specification holds: whatever is asked, no server error and no answer outside of it."""

from pathlib import Path

from tests.console.api.asking import Asking
from tests.console.api.fuzzing import fuzz
from tests.console.api.given import give_everything
from tests.console.web.browsing import served
from tests.workflows.house import House


async def test_no_request_makes_a_server_error_or_an_answer_outside_the_specification(
    house: House, asking: Asking, tmp_path: Path
) -> None:
    made = await asking.key()
    await give_everything(house.installation, "lumen")
    async with house.worker(), served(asking.application) as address:
        code, said = await fuzz(address, made.secret, tmp_path / "fuzz", seconds=None, examples=2)
    assert code == 0, said[-8000:]
    operations = sum(len(each) for each in asking.document["paths"].values())
    assert f"Tested: {operations}" in said, said[-8000:]


async def test_every_operation_has_words_examples_and_problems(asking: Asking) -> None:
    for path, operations in asking.document["paths"].items():
        for method, operation in operations.items():
            told = f"{method} {path}"
            assert operation["description"], told
            assert {"401", "429", "503"} <= set(operation["responses"]), told
            for status, answer in operation["responses"].items():
                assert int(status) < 400 or list(answer["content"]) == ["application/problem+json"], told
            for given in operation.get("parameters", []):
                if given["in"] == "path":
                    assert given.get("examples") or given["schema"].get("examples"), f"{told} {given['name']}"
