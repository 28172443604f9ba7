"""PayPal's endpoints: which rule answers which request. Pure of HTTP: decoded parts in, a wire object out."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.processors.sandbox.books import Books, Wire
from tools.processors.sandbox.paypal.disputes import Disputes, FileParts
from tools.processors.sandbox.paypal.payments import Payments
from tools.processors.sandbox.paypal.refusal import unknown_resource
from tools.processors.sandbox.paypal.tokens import Tokens

_PATH = re.compile(
    r"/(?:v1/customer/(?P<disputes>disputes)(?:/(?P<dispute>[^/]+))?(?:/(?P<call>[a-z-]+))?"
    r"|v2/payments/captures/(?P<capture>[^/]+)(?P<refund>/refund)?"
    r"|v2/payments/refunds/(?P<made>[^/]+)"
    r"|v2/checkout/orders/(?P<order>[^/]+))"
)


@dataclass(frozen=True)
class Asked:
    """A request, decoded. `path` begins behind PayPal's address, which is `base`."""

    method: str
    path: str
    base: str
    query: dict[str, str] = field(default_factory=dict[str, str])
    body: Wire = field(default_factory=dict[str, object])
    files: FileParts = field(default_factory=dict[str, tuple[str, bytes]])


class PayPalApi:
    """Answers a request by PayPal's rules from the books; PayPalRefusal where PayPal refuses."""

    def __init__(self, books: Books, now: Callable[[], float] = time.time) -> None:
        self.books = books
        self.tokens = Tokens()
        self.payments = Payments(books)
        self.disputes = Disputes(books, self.payments)
        self.now = now

    def answer(self, asked: Asked) -> tuple[int, Wire]:
        """Status and body."""
        match = _PATH.fullmatch(asked.path)
        if match is None:
            raise unknown_resource()
        parts = match.groupdict()
        match (asked.method, parts):
            case ("GET", {"disputes": str(), "dispute": None}):
                return 200, self.disputes.found(asked.query, asked.base)
            case ("GET", {"dispute": str(dispute), "call": None}):
                return 200, self.disputes.show(dispute, asked.base)
            case ("POST", {"dispute": str(dispute), "call": str(call)}):
                acted = self.disputes.act(dispute, call, asked.body, asked.files, asked.base, self.now())
                return 200, acted
            case ("GET", {"capture": str(capture), "refund": None}):
                return 200, self.payments.show_capture(capture, asked.base)
            case ("POST", {"capture": str(capture), "refund": str()}):
                return 201, self.payments.refund(capture, asked.body, asked.base, self.now())
            case ("GET", {"made": str(refund)}):
                return 200, self.payments.show_refund(refund, asked.base)
            case ("GET", {"order": str(order)}):
                return 200, self.payments.show_order(order, asked.base)
            case _:
                raise unknown_resource()
