"""`Helpdesk`: Zendesk as the house's reading port for a helpdesk.

Read are the tickets whose `external_id` is the order's id, which a shop's integration sets, and those the buyer's
e-mail address requested. Of them the public comments alone: a private note is the merchant's own and no correspondence.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pydantic import SecretStr

from knowledge.case import Author, DocumentKind, Message
from tools.sources.helpdesk.mapping import attachments_of, message_from_zendesk, roles
from tools.sources.http import SourceClient
from tools.sources.ports import SourceError, SourceFile, SourceName, Threads
from tools.sources.wire import Wire, document, parts, text

MOST_TICKETS = 20
"""The newest; more than that is not about one order."""
MOST_ATTACHMENTS = 30
_PAGE = "100"


class Helpdesk:
    """Implements `HelpdeskReading` for one merchant. Zendesk allows hundreds of requests a minute and answers 429."""

    def __init__(
        self,
        url: str,
        user: str,
        token: SecretStr,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = 20.0,
    ) -> None:
        """`url` is the desk's, for example `https://lumen.zendesk.com`; `user` an agent's e-mail address."""
        self._client = SourceClient(
            SourceName.HELPDESK,
            url,
            auth=(f"{user}/token", token.get_secret_value()),
            mend="AMENDS_HELPDESKS",
            timeout_seconds=timeout_seconds,
        )
        self._clock = clock

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def check(self) -> str:
        """That tickets can be listed; SourceError otherwise."""
        if await self._client.get("/api/v2/tickets.json", {"per_page": "1"}) is None:
            raise SourceError("there is no Zendesk at this address; correct it in AMENDS_HELPDESKS", retry=False)
        return "tickets can be read"

    async def threads(self, order_id: str, email: str | None) -> Threads:
        """Public comments, oldest first, their attachments, and the raw answers. Raises SourceError."""
        messages: list[Message] = []
        files: list[SourceFile] = []
        for ticket in await self._tickets(order_id, email):
            number = text(ticket, "id") or ""
            raw = await self._client.get(f"/api/v2/tickets/{number}/comments.json", {"include": "users"})
            if raw is None:
                continue
            answer = document(raw, f"ticket {number}")
            files.append(_raw_answer(number, raw, self._clock()))
            who = roles(parts(answer, "users"))
            for comment in parts(answer, "comments"):
                message = message_from_zendesk(number, comment, who)
                if message is None:
                    continue
                messages.append(message)
                if len(files) < MOST_ATTACHMENTS:
                    files += await self._attachments(number, comment, message)
        return Threads(messages=tuple(sorted(messages, key=lambda each: (each.at, each.id))), files=tuple(files))

    async def _tickets(self, order_id: str, email: str | None) -> Sequence[Wire]:
        found = await self._listed("/api/v2/tickets.json", {"external_id": order_id, "per_page": _PAGE}, "tickets")
        if email is not None and '"' not in email:
            query = {"query": f'type:ticket requester:"{email}"', "sort_by": "created_at", "sort_order": "desc"}
            found = [*found, *await self._listed("/api/v2/search.json", query, "results")]
        known = {text(ticket, "id"): ticket for ticket in found if text(ticket, "id")}
        return list(known.values())[:MOST_TICKETS]

    async def _listed(self, path: str, query: dict[str, str], name: str) -> Sequence[Wire]:
        raw = await self._client.get(path, query)
        return [] if raw is None else parts(document(raw, name), name)

    async def _attachments(self, ticket: str, comment: Wire, message: Message) -> list[SourceFile]:
        kept: list[SourceFile] = []
        for attached in attachments_of(ticket, comment):
            if not self._client.is_own(attached.url):
                raise SourceError(f"ticket {ticket} names an attachment outside the helpdesk", retry=False)
            # Zendesk sends on to where files are stored; the key does not go there.
            content = await self._client.get(attached.url, follow_redirects=True)
            if content:
                kept.append(
                    SourceFile(
                        path=attached.path,
                        title=attached.name,
                        kind=DocumentKind.CORRESPONDENCE,
                        author=message.author,
                        at=message.at,
                        content=content,
                    )
                )
        return kept


def _raw_answer(number: str, raw: bytes, at: datetime) -> SourceFile:
    return SourceFile(
        path=f"sources/helpdesk/ticket-{number}.json",
        title=f"Zendesk's answer about ticket {number}",
        kind=DocumentKind.OTHER,
        author=Author.MERCHANT,
        at=at,
        content=raw,
    )
