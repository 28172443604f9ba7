"""The first gate: a parsed document against the models, with pydantic's findings put into plain words."""

import difflib
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knowledge import case
from knowledge.case import FORMAT, CaseBundle
from knowledge.rules.bundle_check import Refusal
from tools.bundles.refused import BundleRefused, pointer_to

_FIELDS = sorted(
    {
        field
        for model in vars(case).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for field in model.model_fields
    }
)
_FORMS = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "use letters, digits, dots, dashes and underscores, at most 64 in all",
    r"^[A-Z]{2}$": "write the two capital letters of ISO 3166-1, such as DE",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "write a BCP 47 tag, such as pt or zh-Hans",
    r"^[0-9a-f]{64}$": "write 64 lower-case hex digits, or leave it out",
    r"^[0-9]{4}$": "write the last four digits of the card only",
    r"^[A-Za-z0-9_]{3,100}$": "write the processor's own reference, such as ch_3Nabc",
    r"^0?[0-7]$": "write the ECI as 05, 06 or 07",
    r"^[^@\s]{1,64}@[^@\s]{1,255}$": "write an address such as ana@example.com",
}
_Model = TypeVar("_Model", bound=BaseModel)
_KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false, without quotes",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def shape(document: dict[str, Any], where: str) -> CaseBundle:
    """The document as a bundle, strictly: no text for a number, no unknown field. Raises BundleRefused."""
    return fitted(document, CaseBundle, FORMAT, where)


def fitted(document: dict[str, Any], model: type[_Model], form: str, where: str) -> _Model:
    """The document as a model whose `format` is `form`, strictly. Raises BundleRefused."""
    if document.get("format") != form:
        raise BundleRefused(
            where,
            [Refusal(pointer="/format", problem=f"is not {form}", mend=f'write "format": "{form}" and follow it')],
        )
    return shaped(document, model, where)


def shaped(document: dict[str, Any], model: type[_Model], where: str) -> _Model:
    """The document as a model that carries no format of its own, strictly. Raises BundleRefused."""
    try:
        return model.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise BundleRefused(where, [_in_plain_words(each) for each in found]) from error


def _in_plain_words(error: ErrorDetails) -> Refusal:
    context = error.get("ctx", {})
    field = str(error["loc"][-1]) if error["loc"] else "case.json"
    problem, mend = error["msg"], "follow the schema that `amends schema` prints"
    match error["type"]:
        case "missing":
            problem, mend = "the field is missing", f"add {field}"
        case "extra_forbidden":
            problem, mend = "the format has no such field", _nearest(field)
        case "string_pattern_mismatch":
            problem, mend = "the text has the wrong form", _FORMS.get(str(context["pattern"]), mend)
        case "string_too_short":
            problem, mend = "the text is empty", "write it, or leave the field out"
        case "string_too_long":
            problem, mend = f"the text is longer than {context['max_length']} characters", "shorten it"
        case "too_short":
            problem, mend = "the list is empty", "add at least one entry"
        case "too_long":
            problem, mend = f"the list has more than {context['max_length']} entries", "send the ones that matter"
        case "greater_than_equal":
            problem, mend = "the number is too small", f"write {context['ge']} or more"
        case "less_than_equal":
            problem, mend = "the number is too large", f"write {context['le']} or less"
        case "literal_error" | "enum":
            problem, mend = "the word is not one of the format's", f"choose {context['expected']}"
        case "value_error":
            before, semicolon, after = str(context["error"]).partition("; ")
            problem, mend = (before, after) if semicolon else ("the value has the wrong form", before)
        case "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid" | "timezone_aware":
            problem, mend = "there is no such date or time", "write a real one, as 2026-03-01T09:30:00Z"
        case kind if kind in _KINDS:
            problem, mend = "the value is of another type", f"write {_KINDS[kind]}"
        case _:
            pass
    return Refusal(pointer=pointer_to(*error["loc"]), problem=problem, mend=mend)


def _nearest(field: str) -> str:
    near = difflib.get_close_matches(field, _FIELDS, n=1, cutoff=0.75)
    return f"did you mean {near[0]}? otherwise remove it" if near else "remove it"
