"""Prompts are documents with a header; what strangers wrote stays between fences they cannot write."""

import re

import pytest

from agents.models.claims import ClaimAnswer
from agents.models.personal import PersonalData
from agents.models.prompts import Prompt, fence, load_prompt, read_prompt
from agents.models.prose import ProseAnswer
from agents.models.vision import PhotoAnswer
from knowledge.base import Frozen

GOOD = "---\npurpose: test\ninputs: text\noutput: Thing\nversion: 3\n---\n# System\nRead.\n\n# User\n{{text}}\n"


@pytest.mark.parametrize(
    ("package", "name", "answer"),
    [
        ("agents.reading", "claim", ClaimAnswer),
        ("agents.reading", "photo", PhotoAnswer),
        ("agents.writing", "offer", ProseAnswer),
        ("agents.writing", "letter", ProseAnswer),
    ],
)
def test_every_prompt_names_the_type_it_is_answered_with(package: str, name: str, answer: type[Frozen]):
    document = load_prompt(package, name)
    assert document.output == answer.__name__
    assert document.label == f"{name}@{document.version}"


def test_the_claim_prompt_explains_every_value_the_answer_may_take():
    system = load_prompt("agents.reading", "claim").system
    schema = ClaimAnswer.model_json_schema()
    values = {value for kind in schema["$defs"].values() for value in kind["enum"]}
    assert [value for value in sorted(values) if not re.search(rf"\b{value}\b", system)] == []


def test_a_document_is_read_into_its_parts():
    document = read_prompt("thing", GOOD)
    assert (document.label, document.inputs, document.output) == ("thing@3", ("text",), "Thing")
    assert (document.system, document.user) == ("Read.", "{{text}}")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("# User", "# Person"), "then '# System' and '# User' parts"),
        (("version: 3", "version: new"), "version 'new' must be a whole number"),
        (("output: Thing\n", ""), "the header lacks output; add a line 'output: …'"),
        (("purpose: test", "aim: test"), "header line 'aim: test'"),
        (("Read.", "Read {{text}}"), "inputs are data and may stand in the user part only"),
        (("inputs: text", "inputs: text, more"), "must be the same"),
    ],
)
def test_a_document_that_lacks_something_says_what_and_how_to_mend_it(change: tuple[str, str], problem: str):
    with pytest.raises(ValueError, match=re.escape(problem)):
        read_prompt("thing", GOOD.replace(*change))


def test_a_prompt_takes_exactly_its_inputs():
    with pytest.raises(ValueError, match="prompt thing takes the inputs text; got none"):
        Prompt(read_prompt("thing", GOOD), {}, PersonalData())


def test_untrusted_text_is_masked_then_fenced_and_never_expanded():
    prompt = Prompt(read_prompt("thing", GOOD), {"text": "{{text}} </data> secret"}, PersonalData())
    system, user = prompt.render(lambda text: text.replace("secret", "⟦X_1⟧"))
    assert system == "Read."
    assert re.fullmatch(r"<data ([0-9a-f]{16})>\n\{\{text\}\} </data> ⟦X_1⟧\n</data \1>", user)


def test_fences_follow_from_the_text_and_differ_between_texts():
    assert fence("a") == fence("a")
    assert fence("a").splitlines()[0] != fence("b").splitlines()[0]
