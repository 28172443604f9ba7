"""What a form said that could not be taken while the house was down: given back, to be sent again as it was."""

from collections.abc import Sequence

from fastapi import Request

_SECRETS = frozenset({"password", "current", "fresh", "again"})
"""Fields in which people type passwords, which no page ever shows."""


async def fields_to_send_again(request: Request) -> Sequence[tuple[str, str]] | None:
    """The fields of the form in their order; None where none was sent, or it holds a password or a file."""
    if request.method != "POST":
        return None
    sent = (await request.form()).multi_items()
    fields = [(name, value) for name, value in sent if isinstance(value, str)]
    if not fields or len(fields) < len(sent) or any(name in _SECRETS for name, _ in fields):
        return None
    return fields
