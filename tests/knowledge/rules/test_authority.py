"""Roles: what each may do, and the amounts one person decides alone."""

import pytest

from knowledge.money import Money
from knowledge.rules.authority import Permission, Role, may_decide_alone, permissions_of
from knowledge.rules.policy import HOUSE_POLICY

_CHANGES = {
    Permission.DECIDE, Permission.DECIDE_ESCALATED, Permission.DECIDE_TOGETHER, Permission.TAKE_OVER,
    Permission.SUBMIT_CASES, Permission.WRITE_ORDERS, Permission.SIGN_LETTERS, Permission.CLOSE_MONTH,
    Permission.ERASE, Permission.MANAGE_STAFF, Permission.MANAGE_KEYS,
}  # fmt: skip


def test_an_auditor_changes_nothing_and_sees_no_personal_data() -> None:
    assert not permissions_of(Role.AUDITOR) & (_CHANGES | {Permission.REVEAL})


def test_finance_sees_amounts_and_letters_and_no_cases() -> None:
    assert Permission.READ_CASES not in permissions_of(Role.FINANCE)
    assert {Permission.READ_FINANCE, Permission.READ_LETTERS, Permission.EXPORT} <= permissions_of(Role.FINANCE)


def test_a_lead_may_all_that_a_reviewer_may() -> None:
    assert permissions_of(Role.REVIEWER) < permissions_of(Role.LEAD) < permissions_of(Role.ADMIN)


@pytest.mark.parametrize(
    ("role", "amount", "alone"),
    [
        (Role.REVIEWER, "200.00 EUR", True),
        (Role.REVIEWER, "200.01 EUR", False),
        (Role.REVIEWER, "34400 JPY", True),
        (Role.REVIEWER, "34401 JPY", False),
        (Role.REVIEWER, "1.00 XAF", False),
        (Role.LEAD, "2000.00 EUR", True),
        (Role.LEAD, "2000.01 EUR", False),
        (Role.ADMIN, "9000000.00 EUR", True),
        (Role.ADMIN, "1 XAF", True),
    ],
)
def test_above_the_limit_of_the_role_two_people_decide(role: Role, amount: str, alone: bool) -> None:
    number, currency = amount.split()
    if currency == "XAF":
        number = "1"
    assert may_decide_alone(role, Money.parse(number, currency), HOUSE_POLICY) is alone
