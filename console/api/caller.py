"""Who calls: the key of the request, its merchant, and what its scopes allow."""

from typing import Annotated

from fastapi import Depends, Request

from console.web.house import House, house_of
from knowledge.rules.authority import Permission, Role
from tools.records.api_keys import ApiKey
from workflows.reviewing import Person


class KeyNotAllowed(Exception):
    """The key's scopes do not allow it; what belongs to another merchant is absent instead (404), never forbidden."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"the key lacks the scope {permission.value}; use one that has it")


class Needs:
    """A dependency of a route: the caller, whose key has the scope. `permission` is None where any key will do."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> ApiKey:
        """The key the door found; KeyNotAllowed without the scope."""
        key: ApiKey = request.state.key
        if self.permission is not None:
            refuse_key_unless(key, self.permission)
        return key


def refuse_key_unless(key: ApiKey, permission: Permission) -> None:
    """KeyNotAllowed unless the key has the scope."""
    if permission not in key.scopes:
        raise KeyNotAllowed(permission)


def actor_of(key: ApiKey) -> str:
    """How the key stands in timelines and in the audit chain."""
    return f"key:{key.key_id}"


def person_of(key: ApiKey) -> Person:
    """The key as the reviewing door knows people: a lead where it may decide what was escalated, else a reviewer."""
    role = Role.LEAD if Permission.DECIDE_ESCALATED in key.scopes else Role.REVIEWER
    return Person(account=actor_of(key), name=actor_of(key), role=role)


OpenHouse = Annotated[House, Depends(house_of)]
"""A parameter of every route."""
AnyKey = Annotated[ApiKey, Depends(Needs(None))]
ReadsCases = Annotated[ApiKey, Depends(Needs(Permission.READ_CASES))]
SubmitsCases = Annotated[ApiKey, Depends(Needs(Permission.SUBMIT_CASES))]
WritesOrders = Annotated[ApiKey, Depends(Needs(Permission.WRITE_ORDERS))]
Decides = Annotated[ApiKey, Depends(Needs(Permission.DECIDE))]
ReadsLetters = Annotated[ApiKey, Depends(Needs(Permission.READ_LETTERS))]
Exports = Annotated[ApiKey, Depends(Needs(Permission.EXPORT))]
ManagesKeys = Annotated[ApiKey, Depends(Needs(Permission.MANAGE_KEYS))]
