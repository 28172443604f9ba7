from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from console.webhooks.paypal_trust import fetch_certificate, trusted_roots
from tests.console.webhooks.conftest import listening_server
from tools.intake.paypal_certificates import CertificateUnavailable


async def _answer(request: Request) -> Response:
    match request.path_params["what"]:
        case "pem":
            return PlainTextResponse("a certificate")
        case "moved":
            return RedirectResponse("/pem")
        case "long":
            return PlainTextResponse("x" * 70_000)
        case _:
            return PlainTextResponse("", 500)


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    application = Starlette(routes=[Route("/{what}", _answer)])
    async with listening_server(uvicorn.Config(application, log_level="warning", lifespan="off")) as url:
        yield url


async def test_a_certificate_is_fetched(url: str) -> None:
    assert await fetch_certificate(f"{url}/pem") == b"a certificate"


@pytest.mark.parametrize("what", ["moved", "long", "broken"])
async def test_what_is_no_certificate_is_unavailable(url: str, what: str) -> None:
    with pytest.raises(CertificateUnavailable):
        await fetch_certificate(f"{url}/{what}")


async def test_what_does_not_answer_is_unavailable() -> None:
    with pytest.raises(CertificateUnavailable, match="ConnectError"):
        await fetch_certificate("http://127.0.0.1:9/pem")


def test_the_authority_above_paypals_certificates_is_trusted() -> None:
    names = {root.subject.rfc4514_string() for root in trusted_roots()}
    assert any("DigiCert Global Root G2" in name for name in names)
