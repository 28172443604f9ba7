"""Pure mapping from Zendesk's comments to our messages."""

from collections.abc import Mapping, Sequence

from knowledge.base import Frozen
from knowledge.case import Author, Message
from tools.sources.wire import Wire, identifier, moment, parts, short, text

_LONGEST = 20_000
"""Characters of a message in a case; the whole text is in the raw answer beside it."""
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class Attached(Frozen):
    """A file that hangs on a comment."""

    path: str
    name: str
    url: str


def roles(users: Sequence[Wire]) -> dict[str, str]:
    """Each user's role by id: `end-user`, `agent`, `admin`."""
    return {number: text(user, "role") or "" for user in users if (number := text(user, "id"))}


def message_from_zendesk(ticket: str, comment: Wire, who: Mapping[str, str]) -> Message | None:
    """A public comment; None for a private note, an empty one, and one without a time.

    Whoever is no agent or admin is the buyer: words of unknown authors are never the merchant's own.
    """
    at, said = moment(comment, "created_at"), text(comment, "plain_body") or text(comment, "body")
    said = (said or "").translate(_CONTROL).strip()[:_LONGEST]
    if comment.get("public") is not True or at is None or not said:
        return None
    merchant = who.get(text(comment, "author_id") or "") in ("agent", "admin")
    return Message(
        id=f"zd-{ticket}-{text(comment, 'id')}",
        author=Author.MERCHANT if merchant else Author.BUYER,
        at=at,
        text=said,
    )


def attachments_of(ticket: str, comment: Wire) -> list[Attached]:
    """The files of a comment that Zendesk's scanner did not find malicious."""
    found: list[Attached] = []
    for each in parts(comment, "attachments"):
        number, url = text(each, "id"), text(each, "content_url")
        if number is None or url is None or text(each, "malware_scan_result") == "malware_found":
            continue
        name = short(text(each, "file_name")) or f"attachment {number}"
        found.append(Attached(path=f"attachments/{ticket}-{number}-{identifier(name, 'file')}", name=name, url=url))
    return found
