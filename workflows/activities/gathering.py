"""Activities of gathering: read the dispute, ask the sources, open the case, add what comes late."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from knowledge.case import CaseBundle, CaseKind, ChargebackNotice, PriorTransaction, Shipment
from knowledge.facts import Reading
from knowledge.order_snapshot import OrderSnapshot
from knowledge.rules.policy import MerchantPolicy
from tools.bundles import BundleRefused, read_sent
from tools.bundles.reading import canonical
from tools.ports import ProcessorCharge, ProcessorDispute, ProcessorError
from tools.processors.connected import ConnectedProcessors
from tools.records.case_words import GATHERING, CaseConflict, EvidenceAddition, OpenedCase
from tools.records.cases import CaseRecords
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.order_snapshots import OrderSnapshots
from tools.sources.connected import ConnectedSources
from tools.sources.imported import ImportedShop
from tools.sources.ports import PaymentAsked, ShopAnswer, SourceError, SourceName
from workflows.gathered_case import (
    Piece,
    carrier_piece,
    case_id_of,
    gaps,
    gathered_case,
    helpdesk_piece,
    late_evidence,
    shop_piece,
)
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


class OpensCases(Protocol):
    """The part of the desk that gathering needs."""

    async def open(self, bundle: CaseBundle, files: dict[str, bytes], /) -> OpenedCase:
        """Record the case and start its workflow."""
        ...

    async def add_evidence(
        self, merchant: str, case_id: str, addition: EvidenceAddition, files: dict[str, bytes], /, *, by: str
    ) -> str:
        """Add evidence to an open case."""
        ...


class GatheringActivities:
    """Every step may run twice: pieces are replaced, and the case is made of the same pieces at the same moment."""

    def __init__(
        self,
        cases: CaseRecords,
        gatherings: Gatherings,
        snapshots: OrderSnapshots,
        processors: ConnectedProcessors,
        sources: ConnectedSources,
        desk: OpensCases,
        policy: MerchantPolicy,
    ) -> None:
        self._cases = cases
        self._gatherings = gatherings
        self._snapshots = snapshots
        self._processors = processors
        self._sources = sources
        self._desk = desk
        self._policy = policy

    @activity.defn
    async def read_dispute(self, order: GatherOrder) -> DisputeRead:
        """Ask the processor; while it cannot be asked, `amends webhooks list` says so."""
        known = await self._cases.cases_on_dispute(order.merchant, order.dispute)
        read = DisputeRead(
            case_id=known[0].case_id if known else None,
            patience_minutes=self._policy.source_patience_minutes,
            buffer_hours=self._policy.submission_buffer_hours,
        )
        if known:
            return read
        try:
            processor = self._processors.of(order.processor)
            dispute = await processor.dispute(order.dispute)
            charge = await processor.charge(dispute.charge)
        except ProcessorError as error:
            if not error.retry:
                return read.model_copy(update={"over": str(error)})
            await self._note(order, GatheringState.GATHERING, str(error))
            raise
        await self._note(order, GatheringState.GATHERING)
        lacks = _lacking(dispute, charge)
        if lacks:
            why = f"{order.processor.value} does not tell {', '.join(lacks)}; submit the case as a bundle"
            return read.model_copy(update={"over": why})
        return read.model_copy(update={"notice": _notice(order, dispute, charge), "payment": _payment(order, charge)})

    @activity.defn
    async def ask_source(self, ask: AskSource) -> SourceAsked:
        """Ask one source and keep what it gives. A source that cannot be asked is an error, to be tried again."""
        try:
            match ask.source:
                case SourceName.SHOP:
                    return await self._ask_shop(ask)
                case SourceName.CARRIER:
                    return await self._ask_carriers(ask)
                case SourceName.HELPDESK:
                    return await self._ask_helpdesk(ask)
        except SourceError as error:
            raise ApplicationError(str(error), non_retryable=not (error.retry or ask.insist)) from error
        except ProcessorError as error:
            raise ApplicationError(str(error)) from error

    @activity.defn
    async def open_gathered(self, opening: OpenGathered) -> Opened:
        """Check the case like a submitted one and open it, with what is missing beside it."""
        order, case_id = opening.order, case_id_of(opening.order.dispute)
        others = [each.case_id for each in await self._cases.cases_on_dispute(order.merchant, order.dispute)]
        if others and case_id not in others:
            await self._note(order, GatheringState.OPENED, case_id=others[0])
            return Opened(case_id=others[0], submitted=True)
        pieces = await self._pieces(order)
        states = {each.source: each.state for each in opening.asked}
        late = states.get(SourceName.CARRIER) is SourceState.UNREACHABLE
        try:
            bundle, files = gathered_case(case_id, opening.notice, pieces, opening.at, carrier_comes=late)
            read = read_sent(canonical(bundle), files, now=max(opening.at, datetime.now(UTC)), where="the order")
            await self._cases.open_case(read.bundle, read.files)
        except BundleRefused as refused:
            return Opened(why=_without_addresses(refused))
        except (LookupError, CaseConflict) as refused:
            return Opened(why=str(refused))
        await self._keep_gaps(order, case_id, opening.asked, pieces)
        await self._tell(order, case_id, opening.asked, pieces)
        await self._desk.open(read.bundle, dict(read.files))
        await self._note(order, GatheringState.OPENED, case_id=case_id)
        return Opened(case_id=case_id)

    @activity.defn
    async def add_late(self, late: AddLate) -> None:
        """Give the open case what a source gave at last; it is read again. A case that reads no more is left alone."""
        pieces = await self._pieces(late.order)
        await self._keep_gaps(late.order, late.case_id, late.asked, pieces)
        addition, files = late_evidence(pieces.get(late.source) or Piece(source=late.source))
        try:
            await self._desk.add_evidence(late.order.merchant, late.case_id, addition, files, by=GATHERING)
        except BundleRefused as refused:
            await self._cases.record_event(
                late.order.merchant, late.case_id, GATHERING, "left out", str(refused), key=f"late/{late.source.value}"
            )

    @activity.defn
    async def note_gathering(self, note: GatheringNote) -> None:
        """Say where the gathering stands, for `amends webhooks list`."""
        await self._note(note.order, GatheringState(note.state), note.why, note.case_id)

    async def _ask_shop(self, ask: AskSource) -> SourceAsked:
        merchant = ask.order.merchant
        connected = self._sources.shops.get(merchant)
        answer = None if connected is None else await connected.order(ask.payment)
        if answer is None:
            answer = await ImportedShop(merchant, self._snapshots).order(ask.payment)
        if answer is None:
            or_connect = "" if connected else ", or connect the merchant's shop with AMENDS_SHOPS"
            why = (
                f"no order is known that payment {ask.payment.reference} paid; import it with "
                f"`amends import orders`{or_connect}"
            )
            return SourceAsked(source=ask.source, state=SourceState.ABSENT, why=why)
        await self._keep(ask.order, shop_piece(await self._checked_priors(ask.order, answer)))
        return SourceAsked(source=ask.source, state=SourceState.HELD)

    async def _checked_priors(self, order: GatherOrder, answer: ShopAnswer) -> ShopAnswer:
        """Earlier purchases as the processor tells them; those it does not know, or of another card, do not count."""
        payment = answer.snapshot.order.payment
        own = await self._processors.of(order.processor).charge(payment.processor_reference)
        found = await asyncio.gather(*(self._prior(order, own, prior) for prior in answer.snapshot.prior_transactions))
        kept = tuple(prior for prior in found if prior is not None)
        return answer.model_copy(update={"snapshot": answer.snapshot.model_copy(update={"prior_transactions": kept})})

    async def _prior(
        self, order: GatherOrder, own: ProcessorCharge, prior: PriorTransaction
    ) -> PriorTransaction | None:
        try:
            charge = await self._processors.of(order.processor).charge(prior.processor_reference)
        except ProcessorError as error:
            if error.retry:
                raise
            return None
        if own.credential is not None and charge.credential is not None and own.credential != charge.credential:
            return None
        return prior.model_copy(
            update={
                "disputed": charge.disputed,
                "refunded": prior.refunded or charge.refunded.minor > 0,
                "amount": charge.captured,
            }
        )

    async def _ask_carriers(self, ask: AskSource) -> SourceAsked:
        parcels = [each for each in (await self._snapshot(ask.order)).shipments if each.tracking_number]
        if not parcels:
            return SourceAsked(source=ask.source, state=SourceState.ABSENT)
        carriers = self._sources.carriers
        if carriers is None:
            why = "no carrier can be asked; connect an aggregator with AMENDS_CARRIERS_URL, or add the carrier's answer"
            return SourceAsked(source=ask.source, state=SourceState.UNCONNECTED, why=why)

        async def asked(parcel: Shipment) -> tuple[Shipment, bytes | None]:
            return parcel, await carriers.tracking(parcel.carrier, parcel.tracking_number or "")

        piece = carrier_piece(await asyncio.gather(*(asked(parcel) for parcel in parcels)), datetime.now(UTC))
        await self._keep(ask.order, piece)
        unknown = [parcel for parcel in piece.shipments if parcel.tracking is None]
        if unknown:
            named = ", ".join(f"{parcel.carrier} {parcel.tracking_number}" for parcel in unknown)
            why = f"the carrier has no readable answer about {named}; correct the number, or add its proof of delivery"
            return SourceAsked(source=ask.source, state=SourceState.ABSENT, why=why)
        return SourceAsked(source=ask.source, state=SourceState.HELD)

    async def _ask_helpdesk(self, ask: AskSource) -> SourceAsked:
        helpdesk = self._sources.helpdesks.get(ask.order.merchant)
        if helpdesk is None:
            return SourceAsked(source=ask.source, state=SourceState.UNCONNECTED)
        snapshot = await self._snapshot(ask.order)
        piece = helpdesk_piece(await helpdesk.threads(snapshot.order.id, snapshot.buyer.email))
        await self._keep(ask.order, piece)
        state = SourceState.HELD if piece.messages else SourceState.ABSENT
        return SourceAsked(source=ask.source, state=state)

    async def _snapshot(self, order: GatherOrder) -> OrderSnapshot:
        shop = (await self._pieces(order)).get(SourceName.SHOP)
        if shop is None or shop.snapshot is None:
            raise ApplicationError("the order is not held any more", non_retryable=True)
        return shop.snapshot

    async def _pieces(self, order: GatherOrder) -> dict[SourceName, Piece]:
        held = await self._gatherings.pieces(order.merchant, order.processor.value, order.dispute)
        return {SourceName(source): Piece.model_validate_json(content) for source, content in held.items()}

    async def _keep(self, order: GatherOrder, piece: Piece) -> None:
        place = (order.merchant, order.processor.value, order.dispute)
        await self._gatherings.keep_piece(*place, piece.source.value, piece.model_dump_json().encode())

    async def _keep_gaps(
        self, order: GatherOrder, case_id: str, asked: Sequence[SourceAsked], pieces: dict[SourceName, Piece]
    ) -> None:
        shop = pieces.get(SourceName.SHOP)
        found = gaps(asked, shop.snapshot) if shop and shop.snapshot else Reading()
        await self._cases.save_readings(order.merchant, case_id, {GATHERING: found})

    async def _tell(
        self, order: GatherOrder, case_id: str, asked: Sequence[SourceAsked], pieces: dict[SourceName, Piece]
    ) -> None:
        """In the case's timeline: who was asked, what was left out, which other cases are on the payment."""
        for each in asked:
            told = f"{each.source.value}: {each.state.value}" + (f" ({each.why})" if each.why else "")
            await self._event(order, case_id, "gathered", told, f"asked/{each.source.value}")
        for source, piece in pieces.items():
            for place, why in enumerate(piece.left_out):
                await self._event(order, case_id, "left out", why, f"left-out/{source.value}/{place}")
        for other in await self._cases.cases_on_payment(order.merchant, case_id):
            if other.case_id == case_id or other.erased:
                continue
            kind = "refund case" if other.kind is CaseKind.REFUND else "chargeback case"
            told = f"{kind} {other.case_id} is on the same payment ({other.status})"
            await self._event(order, case_id, "linked", told, f"linked/{other.case_id}")
            told = f"the payment is disputed: chargeback case {case_id}"
            await self._event(order, other.case_id, "linked", told, f"linked/{case_id}")

    async def _event(self, order: GatherOrder, case_id: str, what: str, detail: str, key: str) -> None:
        await self._cases.record_event(order.merchant, case_id, GATHERING, what, detail, key=f"gathering/{key}")

    async def _note(self, order: GatherOrder, state: GatheringState, why: str = "", case_id: str | None = None) -> None:
        await self._gatherings.note(order.merchant, order.processor.value, order.dispute, state, why, case_id)


def _without_addresses(refused: BundleRefused) -> str:
    """Why the case may not come in, for a list that is not sealed: a refused IP address is not repeated there."""
    told = [
        f"{each.pointer}: {each.mend if each.pointer.endswith('/ip') else each.problem}" for each in refused.refusals
    ]
    return f"the order cannot make a case: {'; '.join(told)}"


def _lacking(dispute: ProcessorDispute, charge: ProcessorCharge) -> list[str]:
    """What a case needs of the processor and it did not say."""
    needed = {
        "the network's reason code": dispute.network_reason_code,
        "the card network": dispute.network or charge.network,
        "a date to answer by": dispute.respond_by,
        "when the dispute was opened": dispute.opened_at,
    }
    return [what for what, told in needed.items() if not told]


def _notice(order: GatherOrder, dispute: ProcessorDispute, charge: ProcessorCharge) -> ChargebackNotice:
    return ChargebackNotice.model_validate(
        {
            "processor": order.processor,
            "dispute_id": dispute.reference,
            "network": dispute.network or charge.network,
            "reason_code": dispute.network_reason_code,
            "amount": dispute.amount,
            "received_at": dispute.opened_at,
            "respond_by": dispute.respond_by,
            "stage": dispute.stage,
        }
    )


def _payment(order: GatherOrder, charge: ProcessorCharge) -> PaymentAsked:
    return PaymentAsked(
        processor=order.processor,
        reference=charge.reference,
        captured=charge.captured,
        captured_at=charge.captured_at,
        order_reference=charge.order_reference,
    )
