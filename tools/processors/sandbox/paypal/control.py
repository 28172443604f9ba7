"""`PayPalWorld`: the typed client of the control interface's PayPal side, for the demonstration and the tests."""

from datetime import datetime

from tools.processors.sandbox.control_client import ControlClient
from tools.processors.sandbox.paypal.messages import (
    DashboardPayPalRefund,
    NewCapture,
    NewPayPalDispute,
    PayPalLedger,
    PayPalOutcome,
    PayPalRefundOutcome,
    PayPalStage,
    TokenPlan,
)


class PayPalWorld(ControlClient):
    """Makes things happen at the PayPal side of the sandbox at `url` and reads what did.

    `url` is the sandbox's own address or that of its PayPal side. RuntimeError says what was refused.
    """

    base = "/_sandbox/paypal"

    def __init__(self, url: str) -> None:
        super().__init__(url.removesuffix("/paypal"))

    async def capture(self, new: NewCapture) -> str:
        """A payment that was captured; its id. Asking again for the same id and amount is harmless."""
        return (await self._call("POST", "/captures", new))["id"]

    async def open_dispute(self, new: NewPayPalDispute) -> str:
        """A dispute is opened; its id. Asking again for the same id is harmless."""
        return (await self._call("POST", "/disputes", new))["id"]

    async def decide(self, dispute: str, outcome: PayPalOutcome) -> None:
        """PayPal decides."""
        await self._call("POST", f"/disputes/{dispute}/outcome", outcome)

    async def go_on(self, dispute: str, stage: str, due_by: datetime) -> None:
        """The dispute goes on in a stage, and waits for the merchant until `due_by`."""
        await self._call("POST", f"/disputes/{dispute}/stage", PayPalStage(stage=stage, due_by=due_by))

    async def refund_in_dashboard(self, new: DashboardPayPalRefund) -> str:
        """Somebody refunds behind our back; the refund's id."""
        return (await self._call("POST", "/dashboard/refunds", new))["id"]

    async def decide_refund(self, refund: str, status: str, reason: str | None = None) -> None:
        """What becomes of a refund: `COMPLETED`, `FAILED`, …."""
        await self._call("POST", f"/refunds/{refund}/outcome", PayPalRefundOutcome(status=status, reason=reason))

    async def plan_tokens(self, plan: TokenPlan) -> None:
        """What becomes of access tokens."""
        await self._call("POST", "/tokens", plan)

    async def ledger(self) -> PayPalLedger:
        """What really happened."""
        return PayPalLedger.model_validate(await self._call("GET", "/ledger"))
