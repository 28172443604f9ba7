"""Where webhooks may go, and where a name cannot lead them."""

from collections.abc import Sequence

import httpx
import pytest

from tools.outgoing.destinations import NotAllowedThere, checked_url, pinned


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hooks",
        "https://localhost/",
        "https://db.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://10.0.0.5/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "https://ana:secret@shop.example/",
        "https://shop.example/#part",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://",
        "https://shop.example/" + "x" * 500,
        "nonsense",
        "https://[",
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_refused(url: str) -> None:
    with pytest.raises(NotAllowedThere):
        checked_url(url, private=False)


@pytest.mark.parametrize(
    "url", ["https://shop.example/hooks", "https://shop.example:8443/a?b=c", "https://93.184.216.34/"]
)
def test_an_address_of_the_public_internet_is_taken(url: str) -> None:
    assert str(checked_url(url, private=False)) == url


@pytest.mark.parametrize("found", [["10.0.0.5"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["fe80::1%eth0"], []])
async def test_a_name_that_leads_to_a_private_network_is_refused_when_it_is_sent_to(found: list[str]) -> None:
    async def resolved(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("shop.example", 443)
        return found

    with pytest.raises(NotAllowedThere):
        await pinned(httpx.URL("https://shop.example/hooks"), private=False, resolved=resolved)


async def test_the_connection_goes_to_the_very_address_that_was_checked() -> None:
    async def resolved(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    url = await pinned(httpx.URL("https://shop.example:8443/hooks"), private=False, resolved=resolved)
    assert str(url) == "https://93.184.216.34:8443/hooks"
