"""The aggregator's interface, a plain one of our own, so that any gateway to carriers can offer it.

    GET {url}/v1/trackings/{carrier}/{number}        Authorization: Bearer {key}

`carrier` is a name as in `amends carriers`. 200 carries the carrier's own answer, JSON or XML, byte for byte; 404 means
that the carrier knows no such parcel; 429 and 5xx mean: ask again. Answers are bounded at 8 MiB; one parcel a request.
"""

from urllib.parse import quote

from pydantic import SecretStr

from tools.sources.http import SourceClient
from tools.sources.ports import SourceError, SourceName


class Aggregator:
    """Implements `CarrierReading`."""

    def __init__(self, url: str, key: SecretStr | None, *, timeout_seconds: float = 20.0) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
        self._client = SourceClient(
            SourceName.CARRIER, url, headers=headers, mend="AMENDS_CARRIERS_KEY", timeout_seconds=timeout_seconds
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def check(self) -> str:
        """That a parcel which cannot exist is answered as unknown; SourceError otherwise."""
        if await self.tracking("ups", "amends-doctor") is not None:
            raise SourceError("the aggregator knows a parcel that does not exist; see AMENDS_CARRIERS_URL", retry=False)
        return "carriers can be asked"

    async def tracking(self, carrier: str, number: str) -> bytes | None:
        """The carrier's own answer; None when it knows no such parcel. Raises SourceError."""
        return await self._client.get(f"/v1/trackings/{quote(carrier, safe='')}/{quote(number, safe='')}")
