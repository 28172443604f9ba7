"""`/health`: the process lives. `/ready`: it can do its work, records and workflow server answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from temporalio.service import RPCError

from console.web.house import House, house_of
from tools.records.house import HOUSE
from tools.records.records import RecordsUnavailable

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@router.get("/ready")
async def ready(house: Annotated[House, Depends(house_of)], response: Response) -> dict[str, str]:
    """Records and workflow server, each `ready` or why not; 503 when one is not."""
    state = {"records": "ready", "workflows": "ready"}
    try:
        async with house.installation.records.merchant(HOUSE) as scope:
            await scope.execute("select 1")
    except RecordsUnavailable as down:
        state["records"] = str(down)
    try:
        if not await house.installation.temporal.service_client.check_health():
            state["workflows"] = "the workflow server is not serving"
    except RPCError as down:
        state["workflows"] = f"the workflow server does not answer: {down.message}"
    if set(state.values()) != {"ready"}:
        response.status_code = 503
    return state
