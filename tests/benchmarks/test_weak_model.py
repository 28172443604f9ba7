"""The measurement of the weak model keeps count, and notices a promise that is broken."""

from benchmarks.weak_model import prove
from tests.support.model_servers import serving


async def test_hostile_and_babbling_models_break_no_promise_of_the_gateway():
    for kind, outcomes in (("malicious", {"answered"}), ("nonsense", {"nonsense"})):
        with serving(kind) as server:
            asked = await prove(server.url, 20.0)
        assert [question.task for question in asked] == ["claims"] * 8 + ["photos", "prose"]
        assert {question.outcome for question in asked} == outcomes
        assert [question.broken for question in asked] == [""] * 10


async def test_a_grade_from_a_model_that_should_have_no_eyes_is_noticed():
    with serving("good") as server:
        asked = await prove(server.url, 20.0)
    assert [question.broken for question in asked if question.broken] == ["a model without eyes graded none"]
