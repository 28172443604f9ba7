"""Where somebody begins: the page their role is there for."""

from knowledge.rules.authority import Role

_PAGES = {Role.FINANCE: "/finance", Role.AUDITOR: "/audit"}
QUEUE = "/"


def landing_of(role: Role) -> str:
    """The first page of a role; the queue for everybody who works on cases."""
    return _PAGES.get(role, QUEUE)


def target_of(target: str, role: Role) -> str:
    """Where to go after signing in: where the person wanted to go, and their own first page when nowhere special."""
    return landing_of(role) if target == QUEUE else target
