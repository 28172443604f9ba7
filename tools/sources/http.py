"""Reading from a source over HTTP: explicit timeouts, bounded answers, and plain words for what went wrong."""

from collections.abc import Mapping

import httpx

from tools.sources.ports import SourceError, SourceName
from tools.telemetry.calls import Called, watched_call

ANSWER_BYTES = 8 * 1024 * 1024
"""A longer answer is refused: no order, parcel or thread needs it."""
_MOST_REDIRECTS = 3


class SourceClient:
    """GETs from one source. Every failure is a SourceError; 404 is None."""

    def __init__(
        self,
        source: SourceName,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        mend: str,
        timeout_seconds: float = 20.0,
    ) -> None:
        """`mend` says what to set when the source refuses us, for example `AMENDS_SHOPS`."""
        self._source = source
        self._mend = mend
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Accept": "application/json", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
            max_redirects=_MOST_REDIRECTS,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def is_own(self, url: str) -> bool:
        """Whether an address the source named lies at the source itself."""
        given, own = httpx.URL(url), self._http.base_url
        return (given.scheme, given.host, given.port) == (own.scheme, own.host, own.port)

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, follow_redirects: bool = False
    ) -> bytes | None:
        """The answer's body, at most `ANSWER_BYTES` long. Redirects are followed only where files are stored apart."""
        with watched_call(Called.SOURCE, self._source.value, "get"):
            return await self._get(path, query, follow_redirects=follow_redirects)

    async def _get(self, path: str, query: Mapping[str, str] | None, *, follow_redirects: bool) -> bytes | None:
        try:
            async with self._http.stream(
                "GET", path, params=dict(query or {}), follow_redirects=follow_redirects
            ) as answer:
                if answer.status_code == 404:
                    return None
                if answer.status_code != 200:
                    raise self._refused(path, answer.status_code)
                body = bytearray()
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES:
                        raise SourceError(
                            f"the {self._source.value} answered {path} with more than {ANSWER_BYTES // 1024**2} MiB",
                            retry=False,
                        )
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = str(error).strip() or type(error).__name__
            raise SourceError(f"the {self._source.value} did not answer {path}: {why}", retry=True) from error

    def _refused(self, path: str, status: int) -> SourceError:
        if status in (401, 403):
            what = f"the {self._source.value} refuses the key ({status}); correct it in {self._mend}"
            return SourceError(what, retry=False)
        return SourceError(
            f"the {self._source.value} answered {path} with HTTP {status}",
            retry=status in (408, 429) or status >= 500,
        )
