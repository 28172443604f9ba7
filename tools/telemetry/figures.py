"""The figures Prometheus reads, each defined once. No label holds an id: a merchant only where the operator allows it.

Names end in their unit; counters in `_total`. What the records hold is set by `workflows/operating.py` before each
reading, everything else is counted where it happens.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # a line more for each of ours, which no rule here asks for

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.75, 1.5, 3.0, 6.0, 15.0, 30.0)
"""With the limits the console is held to: 200, 300 and 400 ms."""

CALLS: Final = Counter(
    "amends_calls_total",
    "Calls to processors, sources and models, by what came of them.",
    ("kind", "name", "operation", "result"),
)
CALL_SECONDS: Final = Histogram("amends_call_seconds", "How long such a call took.", ("kind", "name"), buckets=_SECONDS)
REQUEST_SECONDS: Final = Histogram(
    "amends_request_seconds",
    "From a request to the start of its answer, by the route's template.",
    ("service", "method", "route", "status"),
    buckets=_SECONDS,
)
DECISIONS: Final = Counter("amends_decisions_total", "Decisions recorded.", ("case_kind", "decided", "route"))
REFUNDS: Final = Counter("amends_refunds_total", "What became of refunds: each answer of paying or asking.", ("state",))
SUBMISSIONS: Final = Counter("amends_submissions_total", "What became of submissions to processors.", ("state",))
WEBHOOKS: Final = Counter("amends_webhooks_total", "Deliveries to the webhooks' door.", ("processor", "answer"))

CASES: Final = Gauge("amends_cases", "Open cases by stage.", ("merchant", "case_kind", "stage"))
OLDEST_CASE: Final = Gauge(
    "amends_oldest_waiting_seconds", "How long the oldest case has waited for a person.", ("merchant",)
)
DUE: Final = Gauge(
    "amends_chargebacks_due",
    "Chargebacks without a sent answer whose date is passed, or within 6 h or 24 h.",
    ("merchant", "within"),
)
UNREAD_DATES: Final = Gauge("amends_chargebacks_without_date", "Open chargebacks whose date was not read yet.")
INBOX: Final = Gauge("amends_inbox", "Webhook notices by state; `done` is left out.", ("merchant", "state"))
OLDEST_NOTICE: Final = Gauge(
    "amends_oldest_notice_seconds", "How long the oldest waiting notice has been there.", ("merchant",)
)
LEDGER_OPEN: Final = Gauge(
    "amends_ledger_open", "Ledger entries that are neither settled nor released.", ("merchant", "entry", "state")
)
LEDGER_OLDEST: Final = Gauge(
    "amends_ledger_oldest_open_seconds", "Age of the oldest refund that is reserved or pending.", ("merchant",)
)
LEDGER_FOREIGN: Final = Gauge(
    "amends_ledger_foreign", "Refunds found at the processor that were not made here.", ("merchant",)
)
LEDGER_OVERDRAWN: Final = Gauge(
    "amends_ledger_overdrawn", "Payments on which more was given back than was captured.", ("merchant",)
)
RECORDS_READ: Final = Gauge("amends_records_read_timestamp_seconds", "When the records were last read.")
READY: Final = Gauge("amends_ready", "1 while records and workflow server answer.", ("service",))

ALL_MERCHANTS: Final = "all"
"""The label's value while merchants are not told apart."""
OF_RECORDS: Final = (CASES, OLDEST_CASE, DUE, INBOX, OLDEST_NOTICE, LEDGER_OPEN, LEDGER_OLDEST, LEDGER_FOREIGN,
                     LEDGER_OVERDRAWN)  # fmt: skip
"""Set together from one reading; what is not set by it is gone."""
