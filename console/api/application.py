"""The API as an application of its own, mounted at `/v1`."""

from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from console.api import cases, conversation, exports, findings, keys, news, orders, sandbox, webhooks
from console.api.door import ApiDoor
from console.api.problems import tell_problems
from console.api.specification import describe
from console.web.house import House

_ROUTERS = (
    orders.router,
    cases.router,
    conversation.router,
    findings.router,
    exports.router,
    keys.router,
    news.router,
    webhooks.router,
)


def routers_of(house: House) -> tuple[APIRouter, ...]:
    """Every router of the API of an installation; the sandbox's only where a processor is played."""
    return (*_ROUTERS, sandbox.router) if sandbox.has_sandbox(house.installation) else _ROUTERS


def make_api(house: House) -> FastAPI:
    """The API of an installation."""
    application = FastAPI(title="Amends", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.state.house = house
    application.state.routers = routers_of(house)
    for router in application.state.routers:
        application.include_router(router)
    tell_problems(application)
    settings = house.installation.settings
    application.add_middleware(
        ApiDoor,  # pyright: ignore[reportArgumentType]
        house=house,
        requests_per_minute=settings.api_requests_per_minute,
    )

    def specification() -> dict[str, Any]:
        return describe(application)

    async def openapi(_: Request) -> JSONResponse:
        return JSONResponse(specification())

    application.openapi = specification
    application.add_route("/openapi.json", openapi, include_in_schema=False)
    return application
