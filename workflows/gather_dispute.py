"""`GatherDispute`: from a notice of a dispute nobody has a case on to an open case, however long sources are down."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.gathering_messages import (
    AddLate,
    AskSource,
    DisputeRead,
    GatheringNote,
    GatherOrder,
    Opened,
    OpenGathered,
    SourceAsked,
    SourceState,
)
from workflows.waiting import within

with workflow.unsafe.imports_passed_through():
    from knowledge.case import ChargebackNotice
    from tools.sources.ports import PaymentAsked, SourceName
    from workflows.activities.gathering import GatheringActivities
    from workflows.activities.heartbeat import SILENCE

_STEADY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
_PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
_UNHURRIED = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=15))
_STEP = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(minutes=15)
_SHARE_OF_TIME = 10
"""Nobody waits for one source longer than a tenth of what is left until the answer is due."""


@workflow.defn
class GatherDispute:
    """The order must be there before a case can be; carrier and helpdesk are waited for with patience, then added."""

    @workflow.init
    def __init__(self, order: GatherOrder) -> None:
        self._order = order
        self._again = False

    @workflow.signal
    def look_again(self) -> None:
        """Something may be there now: orders were imported, or a person had the notice tried again."""
        self._again = True

    @workflow.run
    async def run(self, order: GatherOrder) -> Opened:
        """Until the case is open and every source was heard or the time for evidence is over."""
        while True:
            self._again = False
            read = await self._read()
            if read.case_id is not None:
                await self._note("opened", case_id=read.case_id)
                return Opened(case_id=read.case_id)
            if read.notice is None or read.payment is None:
                await self._note("over", read.over)
                return Opened(why=read.over)
            opened, asked = await self._gather(read, read.notice, read.payment)
            if opened.case_id is not None:
                if not opened.submitted:
                    await self._late(read, read.notice, read.payment, opened.case_id, asked)
                return opened
            if workflow.now() >= read.notice.respond_by:
                why = f"the answer was due at {read.notice.respond_by:%Y-%m-%d %H:%M} UTC; {opened.why}"
                await self._note("over", why)
                return Opened(why=why)
            await self._note("waiting", f"due {read.notice.respond_by:%Y-%m-%d %H:%M} UTC; {opened.why}")
            await within(_LOOK_AGAIN, lambda: self._again)

    async def _gather(
        self, read: DisputeRead, notice: ChargebackNotice, payment: PaymentAsked
    ) -> tuple[Opened, tuple[SourceAsked, ...]]:
        patience = min(
            timedelta(minutes=read.patience_minutes), max(_STEP, (notice.respond_by - workflow.now()) / _SHARE_OF_TIME)
        )
        shop = await self._ask(payment, SourceName.SHOP, patience)
        if shop.state is not SourceState.HELD:
            return Opened(why=shop.why), (shop,)
        others = await asyncio.gather(
            *(self._ask(payment, source, patience) for source in (SourceName.CARRIER, SourceName.HELPDESK))
        )
        asked = (shop, *others)
        opened: Opened = await workflow.execute_activity_method(
            GatheringActivities.open_gathered,
            OpenGathered(order=self._order, notice=notice, payment=payment, asked=asked, at=workflow.now()),
            start_to_close_timeout=_STEP,
            heartbeat_timeout=SILENCE,
            retry_policy=_STEADY,
        )
        return opened, asked

    async def _ask(self, payment: PaymentAsked, source: SourceName, patience: timedelta) -> SourceAsked:
        try:
            asked: SourceAsked = await workflow.execute_activity_method(
                GatheringActivities.ask_source,
                AskSource(order=self._order, payment=payment, source=source),
                start_to_close_timeout=_STEP,
                heartbeat_timeout=SILENCE,
                schedule_to_close_timeout=patience,
                retry_policy=_PATIENT,
            )
        except ActivityError as failed:
            return SourceAsked(source=source, state=SourceState.UNREACHABLE, why=_said(failed, source))
        return asked

    async def _late(
        self,
        read: DisputeRead,
        notice: ChargebackNotice,
        payment: PaymentAsked,
        case_id: str,
        asked: tuple[SourceAsked, ...],
    ) -> None:
        """Go on asking who was not heard, as long as evidence can still reach the answer."""
        until = notice.respond_by - timedelta(hours=read.buffer_hours)
        standing = {each.source: each for each in asked}
        silent = [each.source for each in asked if each.state is SourceState.UNREACHABLE]

        async def heard(source: SourceName) -> None:
            answer = await self._insist(payment, source, until)
            if answer is None:
                return
            standing[source] = answer
            await workflow.execute_activity_method(
                GatheringActivities.add_late,
                AddLate(order=self._order, case_id=case_id, source=source, asked=tuple(standing.values())),
                start_to_close_timeout=_STEP,
                heartbeat_timeout=SILENCE,
                # A case that reads no more refuses evidence: it was answered without.
                retry_policy=RetryPolicy(maximum_attempts=5),
            )

        for failed in await asyncio.gather(*(heard(source) for source in silent), return_exceptions=True):
            if isinstance(failed, BaseException) and not isinstance(failed, ActivityError):
                raise failed

    async def _insist(self, payment: PaymentAsked, source: SourceName, until: datetime) -> SourceAsked | None:
        if until <= workflow.now():
            return None
        try:
            asked: SourceAsked = await workflow.execute_activity_method(
                GatheringActivities.ask_source,
                AskSource(order=self._order, payment=payment, source=source, insist=True),
                start_to_close_timeout=_STEP,
                heartbeat_timeout=SILENCE,
                schedule_to_close_timeout=until - workflow.now(),
                retry_policy=_UNHURRIED,
            )
        except ActivityError:
            return None
        return asked

    async def _read(self) -> DisputeRead:
        read: DisputeRead = await workflow.execute_activity_method(
            GatheringActivities.read_dispute,
            self._order,
            start_to_close_timeout=_STEP,
            heartbeat_timeout=SILENCE,
            retry_policy=_STEADY,
        )
        return read

    async def _note(self, state: str, why: str = "", case_id: str | None = None) -> None:
        await workflow.execute_activity_method(
            GatheringActivities.note_gathering,
            GatheringNote(order=self._order, state=state, why=why, case_id=case_id),
            start_to_close_timeout=_STEP,
            heartbeat_timeout=SILENCE,
            retry_policy=_STEADY,
        )


def _said(failed: ActivityError, source: SourceName) -> str:
    """The source's own failure, for people; a timeout says only that it did not answer."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ApplicationError):
            return cause.message
        cause = cause.__cause__
    return f"the {source.value} did not answer"
