"""The three stand-ins as one web application, and the control interface under `/_sandbox/`."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.messages import Fault
from tools.sources.sandbox.interfaces import Interfaces
from tools.sources.sandbox.world import PlayedCase, World


def sources(url: str) -> Starlette:
    """The application; `url` is where it is reached, which Zendesk's attachments name."""
    world, trouble = World(url), Trouble()
    control = _Control(world, trouble)
    return Starlette(routes=[*control.routes(), *Interfaces(world, trouble).routes()])


class _Control:
    def __init__(self, world: World, trouble: Trouble) -> None:
        self._world = world
        self._trouble = trouble

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/ready", self._ready),
            Route("/_sandbox/cases", self._play, methods=["POST"]),
            Route("/_sandbox/faults", self._fault, methods=["POST"]),
            Route("/_sandbox/troubles", self._clear, methods=["DELETE"]),
            Route("/_sandbox/seen", self._seen),
        ]

    async def _ready(self, _: Request) -> Response:
        return JSONResponse({"ready": True})

    async def _play(self, request: Request) -> Response:
        return JSONResponse({"order": self._world.play(PlayedCase.model_validate_json(await request.body()))})

    async def _fault(self, request: Request) -> Response:
        self._trouble.plan_fault(Fault.model_validate_json(await request.body()))
        return JSONResponse({"planned": True})

    async def _clear(self, _: Request) -> Response:
        self._trouble.clear()
        return JSONResponse({"cleared": True})

    async def _seen(self, _: Request) -> Response:
        return JSONResponse({"violations": self._world.violations, "asked": self._world.asked})
