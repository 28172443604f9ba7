"""Stripe's endpoints: which rule answers which request. Pure of HTTP: typed fields in, a wire object out."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from tools.processors.sandbox.books import Books, Wire
from tools.processors.sandbox.disputes import Disputes
from tools.processors.sandbox.files import Files
from tools.processors.sandbox.refunds import Refunds
from tools.processors.sandbox.refusal import Refusal, no_such

_LISTED = {"limit", "starting_after", "ending_before", "charge", "created"}


class StripeApi:
    """Answers a request by Stripe's rules from the books; Refusal where Stripe refuses."""

    def __init__(self, books: Books, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.books = books
        self.files = Files(books, folder)
        self.refunds = Refunds(books)
        self.disputes = Disputes(books, self.files, self.refunds)
        self._now = now

    def now(self) -> int:
        """Unix seconds."""
        return int(self._now())

    def answer(self, method: str, path: str, params: Wire, file: tuple[str, bytes] | None, key: str | None) -> Wire:
        """The object a request answers with; Refusal with 404 for an address Stripe does not have."""
        match = re.fullmatch(r"/v1/(charges|refunds|disputes|files)(?:/(\w+))?(?:/(cancel|close))?", path)
        if match is None:
            raise _unrecognized(method, path)
        return self._route(method, match.group(1), match.group(2), match.group(3), params, file, key)

    def _route(
        self,
        method: str,
        kind: str,
        identifier: str | None,
        verb: str | None,
        params: Wire,
        file: tuple[str, bytes] | None,
        key: str | None,
    ) -> Wire:
        match (method, kind, identifier, verb):
            case ("GET", "charges", str(), None):
                return self._charge(identifier)
            case ("GET", "refunds" | "disputes" | "files", None, None):
                return self._list(kind, params)
            case ("GET", "refunds", str(), None):
                return self.refunds.find(identifier).body
            case ("GET", "disputes", str(), None):
                return self.disputes.find(identifier).body
            case ("GET", "files", str(), None):
                return self.files.find(identifier, "id").body
            case ("POST", "refunds", None, None):
                return self.refunds.create(params, self.now(), key)
            case ("POST", "refunds", str(), None):
                return self.refunds.update(identifier, params)
            case ("POST", "refunds", str(), "cancel"):
                return self.refunds.cancel(identifier)
            case ("POST", "disputes", str(), None):
                return self.disputes.update(identifier, params, self.now(), key)
            case ("POST", "disputes", str(), "close"):
                return self.disputes.close(identifier)
            case ("POST", "files", None, None) if file is not None:
                return self.files.upload(file[1], file[0], params.get("purpose", ""), self.now())
            case _:
                raise _unrecognized(method, f"/v1/{'/'.join(part for part in (kind, identifier, verb) if part)}")

    def _charge(self, identifier: str) -> Wire:
        entry = self.books.find("charge", identifier)
        if entry is None:
            raise no_such("charge", identifier, "id")
        return entry.body

    def _list(self, kind: str, params: Wire) -> Wire:
        unsupported = sorted(set(params) - _LISTED)
        if unsupported:
            raise Refusal(f"The sandbox does not filter by {unsupported[0]}.", param=unsupported[0], saved=False)
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal("limit must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
        after, before = params.get("starting_after"), params.get("ending_before")
        created: Wire = params.get("created") or {}
        if set(created) - {"gte"}:
            raise Refusal("The sandbox filters by created[gte] alone.", param="created", saved=False)
        since = created.get("gte", 0)
        try:
            data, more = self.books.page(
                kind[:-1], params.get("charge"), limit, after=after, before=before, since=since
            )
        except LookupError as error:
            raise no_such(kind[:-1], str(error.args[0]), "starting_after" if after else "ending_before") from error
        return {"object": "list", "url": f"/v1/{kind}", "has_more": more, "data": data}


def _unrecognized(method: str, path: str) -> Refusal:
    return Refusal(f"Unrecognized request URL ({method}: {path}).", status=404, saved=False)
