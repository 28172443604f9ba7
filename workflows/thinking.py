"""Running a named graph inside a workflow: the one place where LangGraph's loose types are pinned down."""

from collections.abc import Mapping
from typing import Any, cast

from temporalio.langgraph import graph

# Our graphs have at most three super-steps; the library's own default of ten thousand would hang a workflow task.
_MOST_STEPS = 20


async def think(name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Run the graph registered under `name`; its nodes are activities, its result plain values to validate."""
    app = cast("Any", graph(name)).compile()
    return cast("dict[str, Any]", await app.ainvoke(dict(state), {"recursion_limit": _MOST_STEPS}))
