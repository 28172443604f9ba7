"""What every command that talks to a running installation needs: connections, one event loop, plain refusals."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from tools.records.case_words import CaseConflict
from tools.records.leases import LeaseHeld
from tools.records.records import RecordsUnavailable
from tools.settings import Settings
from workflows.desk import CaseDesk, CasesSilentError, NotAnsweredError, NotNowError
from workflows.installation import Installation, NotRunningError, WrongMasterKeyError, open_installation

_PIPED_WIDTH = 160
OUT = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
ERR = Console(stderr=True)
_REFUSALS = (
    NotRunningError,
    WrongMasterKeyError,
    CasesSilentError,
    NotAnsweredError,
    NotNowError,
    RecordsUnavailable,
    LeaseHeld,
    CaseConflict,
    LookupError,
    ValueError,
)
_T = TypeVar("_T")

Merchant = Annotated[
    str, typer.Option("--merchant", "-m", envvar="AMENDS_MERCHANT", help="Whose case; AMENDS_MERCHANT when left out.")
]
CaseId = Annotated[str, typer.Argument(help="The case's id.", show_default=False)]
By = Annotated[str, typer.Option("--by", envvar="AMENDS_REVIEWER", help="Who decides; AMENDS_REVIEWER when left out.")]


def run(work: Callable[[Installation, CaseDesk], Awaitable[_T]]) -> _T:
    """Open the installation, do the work, close it; what it refuses is said in one line with exit code 1."""

    async def inside() -> _T:
        async with open_installation(Settings()) as installation:
            return await work(installation, CaseDesk(installation))

    return in_words(lambda: asyncio.run(inside()))


def in_words(step: Callable[[], _T]) -> _T:
    """What the step gives; what it refuses is said in one line with exit code 1."""
    try:
        return step()
    except _REFUSALS as refused:
        ERR.print(f"[red]Refused:[/red] {escape(_in_a_line(refused))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _in_a_line(refused: Exception) -> str:
    if not isinstance(refused, ValidationError):
        return str(refused)
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in refused.errors())
