"""The journal: each line of the books as one double entry, debit and credit of the same amount in the same currency.

Accounts are data: ours have names and default numbers; a merchant's policy gives the numbers of its own chart.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from knowledge.finance.lines import Line, LineKind
from knowledge.finance.month import Month
from knowledge.money import Money


class Account(StrEnum):
    """The accounts a line can touch."""

    PROCESSOR_BALANCE = "processor_balance"
    DISPUTES_RECEIVABLE = "disputes_receivable"
    CURRENCY_CLEARING = "currency_clearing"
    CREDITS_PAYABLE = "credits_payable"
    ACCRUED_DISPUTE_COSTS = "accrued_dispute_costs"
    REFUNDS = "refunds"
    CHARGEBACK_LOSSES = "chargeback_losses"
    DISPUTE_COSTS = "dispute_costs"


DEFAULT_NUMBERS: Mapping[Account, str] = {
    Account.PROCESSOR_BALANCE: "1200",
    Account.DISPUTES_RECEIVABLE: "1410",
    Account.CURRENCY_CLEARING: "1490",
    Account.CREDITS_PAYABLE: "2410",
    Account.ACCRUED_DISPUTE_COSTS: "2420",
    Account.REFUNDS: "4200",
    Account.CHARGEBACK_LOSSES: "6410",
    Account.DISPUTE_COSTS: "6420",
}
"""Our own choice, after the usual order: assets 1, liabilities 2, income 4, expenses 6."""

# Debit and credit of a line; a line that takes back turns them round.
_ENTRIES: Mapping[LineKind, tuple[Account, Account]] = {
    LineKind.REFUND: (Account.REFUNDS, Account.PROCESSOR_BALANCE),
    LineKind.CREDIT: (Account.REFUNDS, Account.CREDITS_PAYABLE),
    LineKind.DISPUTED: (Account.DISPUTES_RECEIVABLE, Account.PROCESSOR_BALANCE),
    LineKind.RECOVERED: (Account.PROCESSOR_BALANCE, Account.DISPUTES_RECEIVABLE),
    LineKind.RELEASED: (Account.PROCESSOR_BALANCE, Account.DISPUTES_RECEIVABLE),
    LineKind.SURPLUS: (Account.PROCESSOR_BALANCE, Account.CHARGEBACK_LOSSES),
    LineKind.LOST: (Account.CHARGEBACK_LOSSES, Account.DISPUTES_RECEIVABLE),
    LineKind.CONVERTED: (Account.CURRENCY_CLEARING, Account.DISPUTES_RECEIVABLE),
    LineKind.CAME_CONVERTED: (Account.PROCESSOR_BALANCE, Account.CURRENCY_CLEARING),
    LineKind.COSTS: (Account.DISPUTE_COSTS, Account.ACCRUED_DISPUTE_COSTS),
}


class JournalEntry(NamedTuple):
    """A double entry."""

    number: int
    """Within the month, from 1."""
    posted: date
    """The day it happened, or the month's first day for news of before."""
    debit: Account
    credit: Account
    amount: Money
    line: Line


def journal_of(lines: Iterable[Line], month: Month) -> list[JournalEntry]:
    """The month's entries in the order of its lines. Lines of nothing and goodwill have none."""
    entries: list[JournalEntry] = []
    for line in lines:
        accounts = _ENTRIES.get(line.kind)
        if accounts is None or not line.amount_minor:
            continue
        debit, credit = reversed(accounts) if line.back else accounts
        posted = max(line.at, month.begins).date()
        entries.append(JournalEntry(len(entries) + 1, posted, debit, credit, line.amount, line))
    return entries


def account_number(account: Account, numbers: Mapping[str, str]) -> str:
    """The account's number in the merchant's chart, else our default."""
    return numbers.get(account.value, DEFAULT_NUMBERS[account])


class Balance(NamedTuple):
    """What a month did to one account in one currency."""

    account: Account
    currency: str
    debit: Money
    credit: Money


def balances_of(entries: Iterable[JournalEntry]) -> list[Balance]:
    """Debits and credits of each account, currencies and then accounts in their order."""
    sums: dict[tuple[str, Account], list[int]] = {}
    for entry in entries:
        currency = entry.amount.currency
        sums.setdefault((currency, entry.debit), [0, 0])[0] += entry.amount.minor
        sums.setdefault((currency, entry.credit), [0, 0])[1] += entry.amount.minor
    order = list(Account)
    return [
        Balance(account, currency, Money(minor=debit, currency=currency), Money(minor=credit, currency=currency))
        for (currency, account), (debit, credit) in sorted(
            sums.items(), key=lambda each: (each[0][0], order.index(each[0][1]))
        )
    ]
