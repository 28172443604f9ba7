"""PayPal's answers, as far as we read them. What PayPal adds is ignored; what we need and miss is a ValueError."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from knowledge.money import Money
from tools.processors.paypal.amounts import from_paypal


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Amount(_Answer):
    """PayPal's `money`."""

    currency_code: str
    value: str

    def money(self) -> Money:
        """In our units; ValueError for a currency or a fraction that does not exist."""
        return from_paypal(self.value, self.currency_code)


class Link(_Answer):
    """A HATEOAS link: what may be called now, and where."""

    href: str
    rel: str
    method: str = "GET"


class Links(_Answer):
    """An answer that says no more than what may be called next."""

    links: tuple[Link, ...] = ()

    def link(self, rel: str) -> Link | None:
        """The link of that relation. PayPal writes `provide_evidence` and `provide-evidence`."""
        return next((one for one in self.links if one.rel.replace("-", "_") == rel), None)


class Token(_Answer):
    """An access token; `expires_in` is in seconds."""

    access_token: str
    expires_in: int


class Transaction(_Answer):
    """A disputed payment; for the merchant it is the capture."""

    seller_transaction_id: str | None = None


class Evidence(_Answer):
    """Something given to PayPal, or asked of a party."""

    source: str | None = None
    date: Moment | None = None
    dispute_life_cycle_stage: str | None = None


class SupportingInfo(_Answer):
    """Something a party added unasked."""

    source: str | None = None
    provided_time: Moment | None = None
    dispute_life_cycle_stage: str | None = None


class Outcome(_Answer):
    """What a resolved dispute ended with. `amount_refunded` went to the buyer, from the merchant or from PayPal."""

    outcome_code: str | None = None
    amount_refunded: Amount | None = None


class Adjudication(_Answer):
    """What PayPal decided, and when."""

    type: str
    adjudication_time: Moment
    dispute_life_cycle_stage: str | None = None


class MoneyMovement(_Answer):
    """Money that PayPal moved for the dispute; fees are told by their reason."""

    affected_party: str | None = None
    type: str | None = None
    amount: Amount | None = None
    reason: str | None = None


class AcceptClaimOptions(_Answer):
    """In which ways a claim may be accepted."""

    accept_claim_types: tuple[str, ...] = ()


class ResponseOptions(_Answer):
    """What PayPal allows beside the links."""

    accept_claim: AcceptClaimOptions | None = None


class Dispute(Links):
    """GET /v1/customer/disputes/{id}."""

    dispute_id: str
    status: str = ""
    reason: str | None = None
    external_reason_code: str | None = None
    dispute_life_cycle_stage: str | None = None
    create_time: Moment | None = None
    update_time: Moment | None = None
    dispute_amount: Amount
    disputed_transactions: tuple[Transaction, ...] = ()
    seller_response_due_date: Moment | None = None
    evidences: tuple[Evidence, ...] = ()
    supporting_info: tuple[SupportingInfo, ...] = ()
    dispute_outcome: Outcome | None = None
    adjudications: tuple[Adjudication, ...] = ()
    money_movements: tuple[MoneyMovement, ...] = ()
    allowed_response_options: ResponseOptions | None = None


class FoundDispute(_Answer):
    """A dispute in a list."""

    dispute_id: str


class FoundDisputes(Links):
    """GET /v1/customer/disputes. PayPal leaves `items` out when there are none."""

    items: tuple[FoundDispute, ...] = ()


class Capture(Links):
    """GET /v2/payments/captures/{id}."""

    id: str
    status: str
    amount: Amount
    create_time: Moment | None = None
    invoice_id: str | None = None
    custom_id: str | None = None


class StatusDetails(_Answer):
    """Why a refund is not completed."""

    reason: str | None = None


class Refund(Links):
    """A refund of a capture; its `up` link is the capture."""

    id: str
    status: str
    status_details: StatusDetails | None = None
    amount: Amount
    custom_id: str | None = None
    create_time: Moment


class Payments(_Answer):
    """The payments of a part of an order."""

    refunds: tuple[Refund, ...] = ()


class PurchaseUnit(_Answer):
    """A part of an order."""

    payments: Payments = Payments()


class Order(_Answer):
    """GET /v2/checkout/orders/{id}."""

    purchase_units: tuple[PurchaseUnit, ...] = ()


class ErrorDetail(_Answer):
    """One thing wrong with a request."""

    issue: str = ""
    description: str = ""
    field: str = ""


class ErrorAnswer(_Answer):
    """PayPal's refusal: `error` of Customer Disputes v1 and of Payments v2."""

    name: str
    message: str = ""
    debug_id: str | None = None
    details: tuple[ErrorDetail, ...] = ()


class TokenRefused(_Answer):
    """The token endpoint's refusal (RFC 6749, section 5.2)."""

    error: str
    error_description: str = ""
