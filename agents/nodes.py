"""What every graph node shares: its annotation made true on the activity side."""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

P = ParamSpec("P")
R = TypeVar("R")


def typed(node: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Validate the state a node receives into its annotated model.

    The Temporal plugin hands activity nodes plain mappings whatever the annotation says, so the node itself
    restores the model. The first parameter after `self` must be annotated with a pydantic model.
    """
    name = next(parameter for parameter in inspect.signature(node).parameters if parameter != "self")
    model: type[BaseModel] = typing.get_type_hints(node)[name]

    cast_node = typing.cast("Callable[..., Awaitable[R]]", node)

    @functools.wraps(node)
    async def call(*args: Any, **kwargs: Any) -> R:
        *bound, state = args
        if isinstance(state, Mapping):
            state = model.model_validate(state)
        return await cast_node(*bound, state, **kwargs)

    return typing.cast("Callable[P, Awaitable[R]]", call)
