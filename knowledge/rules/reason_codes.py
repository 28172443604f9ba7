"""Card networks' and wallets' reason codes: what each is about, and what evidence answers it."""

import difflib
import json
from functools import cache
from importlib import resources
from typing import Literal

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from knowledge.reasons import ChargebackFamily


class ReasonSource(Frozen):
    """Where a code's text or evidence list was read."""

    id: str
    title: str
    url: str | None
    kind: str


class ReasonCode(Frozen):
    """One code of one network. What is not known is None or empty, never guessed."""

    network: CardNetwork
    code: str
    title: str
    family: ChargebackFamily | None
    """None for codes whose meaning does not decide a family (retrievals, "not classified")."""
    also: tuple[ChargebackFamily, ...]
    """Families the same code can carry; the claim's own reason then decides (Mastercard 4853)."""
    compels: tuple[str, ...] | None
    """Items of the evidence vocabulary, in order of force; None when no list was found."""
    basis: Literal["network_quote", "psp", "derived"] | None
    """How far `compels` is verified: quoted network text, a processor's document, or our own inference."""
    window_days: int | None
    """Calendar days a merchant has by network rule, as a fallback; the processor's own date always rules."""
    stripe_reason: str | None
    aliases: tuple[str, ...]
    legacy: bool
    notes: str | None
    sources: tuple[ReasonSource, ...]


class UnknownReasonCode(LookupError):
    """No such code is known for the network; the message names the nearest that are."""

    def __init__(self, network: CardNetwork, code: str, nearest: tuple[str, ...]) -> None:
        hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"reason_code: {code!r} is not a known {network.value} code{hint}")
        self.network = network
        self.code = code
        self.nearest = nearest


@cache
def _book() -> dict[str, object]:
    text = resources.files("knowledge.rules").joinpath("reason_codes.json").read_text(encoding="utf-8")
    return json.loads(text)


@cache
def reason_codes() -> tuple[ReasonCode, ...]:
    """Every code known, network by network, in the order of the data file."""
    sources: dict[str, dict[str, object]] = _book()["sources"]  # type: ignore[assignment]
    entries: list[dict[str, object]] = _book()["codes"]  # type: ignore[assignment]
    known = {name: ReasonSource.model_validate({"id": name, **entry}) for name, entry in sources.items()}
    return tuple(
        ReasonCode.model_validate(entry | {"sources": [known[name] for name in entry["sources"]]})  # type: ignore[union-attr]
        for entry in entries
    )


@cache
def evidence_vocabulary() -> dict[str, str]:
    """The items `compels` speaks of, each with what it means."""
    return dict(_book()["evidence"])  # type: ignore[call-overload]


def _spoken(code: str) -> str:
    return code.strip().casefold()


@cache
def _index() -> dict[tuple[CardNetwork, str], ReasonCode]:
    index: dict[tuple[CardNetwork, str], ReasonCode] = {}
    shared: set[tuple[CardNetwork, str]] = set()
    for reason in reason_codes():
        for alias in reason.aliases:
            key = (reason.network, _spoken(alias))
            if key in index:
                shared.add(key)
            index[key] = reason
    # An alias of two codes (Visa's old 12.6) decides nothing, so it stays unknown and both are named.
    for key in shared:
        del index[key]
    for reason in reason_codes():
        index[reason.network, _spoken(reason.code)] = reason
    return index


def find_reason(network: CardNetwork, code: str) -> ReasonCode:
    """The code as the network lists it, whatever its case or spaces (Adyen sends " 4853"); UnknownReasonCode else."""
    spoken = _spoken(code)
    found = _index().get((network, spoken))
    if found is not None:
        return found
    listed = [reason.code for reason in reason_codes() if reason.network is network]
    by_alias = [
        reason.code
        for reason in reason_codes()
        if reason.network is network and spoken in {_spoken(alias) for alias in reason.aliases}
    ]
    close = by_alias or difflib.get_close_matches(
        code.strip().upper(), [name.upper() for name in listed], n=2, cutoff=0.5
    )
    nearest = tuple(name for name in listed if name.upper() in {item.upper() for item in close})
    raise UnknownReasonCode(network, code, nearest)
