"""Overrides: where the machine was wrong, as whoever decided otherwise says. They teach readers, rules and policies."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from knowledge.base import Frozen
from knowledge.case import Sha256
from knowledge.facts import FactName


class WrongPlace(StrEnum):
    """Where the machine was wrong; a place can be counted and mended, prose cannot."""

    FACT_WRONG = "fact_wrong"
    FACT_MISSING = "fact_missing"
    POLICY = "policy"
    """A rule is wrong, or says too little for this case."""
    AMOUNT_TOO_LOW = "amount_too_low"
    AMOUNT_TOO_HIGH = "amount_too_high"
    CUSTOMER_CONTEXT = "customer_context"
    """Something about the customer that no evidence of the case says."""
    SUSPECTED_FRAUD = "suspected_fraud"
    PICTURE_MISREAD = "picture_misread"
    TRANSLATION_WRONG = "translation_wrong"


class Override(Frozen):
    """What a person says who decides otherwise than proposed."""

    place: WrongPlace
    fact: FactName | None = None
    """The fact that is wrong or missing."""
    rule: Annotated[str, Field(max_length=200)] = ""
    """The id of the rule that is wrong or unclear."""
    picture: Sha256 | None = None
    """The picture that was misread."""
    words: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.place in {WrongPlace.FACT_WRONG, WrongPlace.FACT_MISSING} and self.fact is None:
            raise ValueError("fact: missing; say which fact it is")
        if self.place is WrongPlace.POLICY and not self.rule:
            raise ValueError("rule: missing; say which rule it is")
        return self
