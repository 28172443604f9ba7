"""Who may do what in the console and by API: roles of people, scopes of keys, and amounts one person decides alone."""

from enum import StrEnum

from knowledge.money import Money
from knowledge.rules.policy import MerchantPolicy


class Role(StrEnum):
    """A person's role at one merchant; the same person may have another role at another merchant."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a role allows a person to do; an API key carries its own set of them as scopes."""

    READ_CASES = "cases.read"
    DECIDE = "cases.decide"
    """Decide cases that wait in review; add evidence, correct facts."""
    DECIDE_ESCALATED = "cases.decide_escalated"
    """Decide what was handed to somebody more senior, and confirm what another decided above their limit."""
    TAKE_OVER = "cases.take_over"
    """Take a case out of another person's hands before the lease ends."""
    DECIDE_TOGETHER = "cases.decide_together"
    """Decide many like cases at once."""
    SUBMIT_CASES = "cases.submit"
    """Push cases, evidence and buyers' messages in."""
    WRITE_ORDERS = "orders.write"
    REVEAL = "personal.reveal"
    """See personal data in full; each time is recorded."""
    SIGN_LETTERS = "letters.sign"
    READ_LETTERS = "letters.read"
    READ_FINANCE = "finance.read"
    CLOSE_MONTH = "finance.close"
    EXPORT = "exports.make"
    READ_AUDIT = "audit.read"
    ERASE = "cases.erase"
    MANAGE_STAFF = "staff.manage"
    MANAGE_KEYS = "keys.manage"
    """Make, rotate and revoke API keys and outgoing webhooks."""


_REVIEWER = frozenset(
    {
        Permission.READ_CASES,
        Permission.DECIDE,
        Permission.REVEAL,
        Permission.SIGN_LETTERS,
        Permission.READ_LETTERS,
    }
)
_LEAD = _REVIEWER | {
    Permission.DECIDE_ESCALATED,
    Permission.TAKE_OVER,
    Permission.DECIDE_TOGETHER,
    Permission.SUBMIT_CASES,
    Permission.READ_FINANCE,
    Permission.READ_AUDIT,
}
# Finance sees amounts and letters and no chats; an auditor sees everything and changes nothing.
_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.REVIEWER: _REVIEWER,
    Role.LEAD: frozenset(_LEAD),
    Role.FINANCE: frozenset(
        {Permission.READ_LETTERS, Permission.READ_FINANCE, Permission.CLOSE_MONTH, Permission.EXPORT}
    ),
    Role.ADMIN: frozenset(Permission),
    Role.AUDITOR: frozenset(
        {Permission.READ_CASES, Permission.READ_LETTERS, Permission.READ_FINANCE, Permission.READ_AUDIT}
    ),
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """Everything the role allows."""
    return _PERMISSIONS[role]


def may_decide_alone(role: Role, amount: Money, policy: MerchantPolicy) -> bool:
    """Whether a person of this role may decide on `amount` without a second one (maker and checker).

    A role without a limit in the policy decides on every amount; where the policy has no rate for the currency, nobody
    below such a role does.
    """
    limit_eur = policy.decides_alone_up_to_eur.get(role.value)
    if limit_eur is None:
        return True
    limit = policy.in_currency(limit_eur, amount.currency)
    return limit is not None and amount <= limit
