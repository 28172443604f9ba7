"""`/health`: the process lives. `/ready`: it can do its work, records and workflow server answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from console.web.house import House, house_of
from workflows.operating import readiness

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@router.get("/ready")
async def ready(house: Annotated[House, Depends(house_of)], response: Response) -> dict[str, str]:
    """Records and workflow server, each `ready` or why not; 503 when one is not."""
    state = dict(await readiness(house.installation))
    if set(state.values()) != {"ready"}:
        response.status_code = 503
    return state
