"""Cases opened and added to: the bundle as it came, files under their digests, all sealed under the case's key."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from knowledge.case import CaseBundle, Document, EarlierRefund, Message, Photo, Shipment
from knowledge.rules.bundle_check import Refusal
from tools.bundles.card_scan import card_numbers
from tools.bundles.content import named_files
from tools.bundles.paths import composed
from tools.bundles.reading import canonical
from tools.bundles.refused import BundleRefused
from tools.records import ledger_rows
from tools.records.canonical import canonical_json, digest_of
from tools.records.case_scope import CaseScope, KeepsCases
from tools.records.case_words import CaseConflict, CaseErased, DisputeTaken, EvidenceAddition, OpenedCase
from tools.records.crypto import new_case_key, wrap_case_key
from tools.records.differences import differences
from tools.records.ledger import EntryKind, EntryState, enter_earlier_refund, foreign, report_overdraft
from tools.records.records import Scope

_KINDS: tuple[Literal["messages", "photos", "documents", "shipments"], ...] = (
    "messages",
    "photos",
    "documents",
    "shipments",
)
_Item = Message | Photo | Document | Shipment


class CaseEvidence(KeepsCases):
    """What people and carriers sent."""

    async def open_case(self, bundle: CaseBundle, files: Mapping[str, bytes]) -> OpenedCase:
        """Record a case with its files (by the path the bundle names), its payment and its earlier refunds, or nothing.

        The same bundle again changes nothing; another under the same id is CaseConflict with what differs (with nothing
        when the case was erased), and one on a dispute that another case is on is DisputeTaken. Raises
        BundleRefused with JSON pointers for files that are missing, unnamed or not as hashed and for full card numbers,
        LedgerRefused when the payment is known with another captured amount.
        """
        bundle = _checked(bundle, files, f"case {bundle.case_id}")
        content = canonical(bundle)
        digest = hashlib.sha256(content).hexdigest()
        merchant, case_id = bundle.merchant.id, bundle.case_id
        async with self._records.merchant(merchant) as scope:
            if bundle.chargeback is not None:
                await _refuse_second_case(scope, case_id, bundle.chargeback.dispute_id)
            key = new_case_key()
            case = CaseScope(scope, key, merchant, case_id)
            cursor = await scope.execute(
                "insert into amends.dispute_case (merchant, case_id, kind, digest, order_id, charge, opened_at,"
                " dispute, sealed_bundle, status) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'open')"
                " on conflict (merchant, case_id) do nothing",
                (
                    merchant,
                    case_id,
                    bundle.kind.value,
                    digest,
                    bundle.order.id,
                    bundle.order.payment.processor_reference,
                    bundle.opened_at,
                    bundle.chargeback.dispute_id if bundle.chargeback else None,
                    case.seal(content, "bundle"),
                ),
            )
            if cursor.rowcount == 1:
                await scope.execute(
                    "insert into amends.case_key (merchant, case_id, wrapped) values (%s, %s, %s)",
                    (merchant, case_id, wrap_case_key(self._records.master_key, key, merchant, case_id)),
                )
                await _keep_files(case, bundle, files)
                await _enter_payment(scope, bundle)
                await case.chain("case.opened", digest)
                return OpenedCase(merchant=merchant, case_id=case_id, digest=digest, created=True)
            cursor = await scope.execute(
                "select c.digest, k.wrapped is null from amends.dispute_case c"
                " left join amends.case_key k using (merchant, case_id) where c.case_id = %s",
                (case_id,),
            )
            row = await cursor.fetchone()
        assert row is not None
        # An erased case is not worked on again, not even when the very same bundle comes.
        if row != (digest, False):
            raise CaseConflict(case_id, await self._what_differs(merchant, case_id, content))
        return OpenedCase(merchant=merchant, case_id=case_id, digest=digest, created=False)

    async def _what_differs(self, merchant: str, case_id: str, content: bytes) -> Sequence[str]:
        try:
            async with self._case(merchant, case_id) as case:
                return differences(json.loads(case.open(case.row.sealed_bundle, "bundle")), json.loads(content))
        except CaseErased:
            return ()

    async def add_evidence(
        self, merchant: str, case_id: str, addition: EvidenceAddition, files: Mapping[str, bytes]
    ) -> str:
        """Add to an open case; returns the addition's digest. Adding the same again changes nothing.

        Raises BundleRefused with pointers into the addition: an id taken by other content, a file that is missing,
        unnamed or not as hashed, a full card number, more than a bundle may hold.
        """
        async with self._case(merchant, case_id, write=True) as case:
            before = await merged(case)
            where = f"an addition to case {case_id}"
            # Checked as a bundle of its own, so that pointers lead into what was sent.
            sent = before.model_copy(update={kind: getattr(addition, kind) for kind in _KINDS})
            sent = _checked(sent, files, where)
            addition = EvidenceAddition(**{kind: getattr(sent, kind) for kind in _KINDS})
            digest = digest_of(addition)
            fresh, taken = _fresh(before, addition)
            if taken:
                raise BundleRefused(where, taken)
            if not any(getattr(fresh, kind) for kind in _KINDS):
                return digest
            try:
                CaseBundle.model_validate_json(canonical(with_addition(before, fresh)))
            except ValidationError as error:
                raise BundleRefused(where, [_too_much(problem["loc"]) for problem in error.errors()]) from error
            await _keep_files(case, sent, files)
            await case.scope.execute(
                "insert into amends.evidence_addition (merchant, case_id, seq, digest, sealed)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s from amends.evidence_addition where case_id = %s",
                (merchant, case_id, digest, case.seal(canonical_json(fresh), "addition", digest), case_id),
            )
            await case.chain("evidence.added", digest)
            return digest

    async def bundle(self, merchant: str, case_id: str) -> CaseBundle:
        """The case as it stands, additions included; CaseUnknown or CaseErased, which are LookupErrors."""
        async with self._case(merchant, case_id) as case:
            return await merged(case)

    async def evidence(self, merchant: str, case_id: str, sha256: str) -> bytes:
        """The bytes of a piece of evidence; LookupError when the case does not hold it."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select sealed from amends.evidence where case_id = %s and sha256 = %s", (case_id, sha256)
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"case {case_id} holds no evidence {sha256}")
            return case.open(bytes(row[0]), "evidence", sha256)

    async def other_cases_with(self, merchant: str, case_id: str, sha256: str) -> Sequence[str]:
        """Ids of the merchant's other cases that hold the same bytes, in order; erased ones too."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select case_id from amends.evidence where sha256 = %s and case_id <> %s order by case_id",
                (sha256, case_id),
            )
            return [str(row[0]) async for row in cursor]


async def merged(case: CaseScope) -> CaseBundle:
    """The bundle with all additions."""
    bundle = CaseBundle.model_validate_json(case.open(case.row.sealed_bundle, "bundle"))
    cursor = await case.scope.execute(
        "select digest, sealed from amends.evidence_addition where case_id = %s order by seq", (case.case_id,)
    )
    async for digest, sealed in cursor:
        added = EvidenceAddition.model_validate_json(case.open(bytes(sealed), "addition", digest))
        bundle = with_addition(bundle, added)
    return bundle


def with_addition(bundle: CaseBundle, added: EvidenceAddition) -> CaseBundle:
    """The bundle with what came in later."""
    return bundle.model_copy(update={kind: (*getattr(bundle, kind), *getattr(added, kind)) for kind in _KINDS})


def _fresh(before: CaseBundle, addition: EvidenceAddition) -> tuple[EvidenceAddition, list[Refusal]]:
    """What of the addition is new, and a refusal for every id that stands for something else."""
    fresh: dict[str, tuple[_Item, ...]] = {}
    taken: list[Refusal] = []
    for kind in _KINDS:
        known: dict[str, _Item] = {item.id: item for item in _items(before, kind)}
        new: list[_Item] = []
        for index, item in enumerate(_items(addition, kind)):
            if item.id not in known:
                known[item.id] = item
                new.append(item)
            elif known[item.id] != item:
                taken.append(
                    Refusal(
                        pointer=f"/{kind}/{index}/id",
                        problem=f"{item.id} is already something else in this case",
                        mend="give what is new an id of its own",
                    )
                )
        fresh[kind] = tuple(new)
    return EvidenceAddition.model_validate(fresh), taken


def _items(of: CaseBundle | EvidenceAddition, kind: str) -> Iterable[_Item]:
    return getattr(of, kind)


def _too_much(location: tuple[int | str, ...]) -> Refusal:
    pointer = "/" + "/".join(str(part) for part in location)
    return Refusal(pointer=pointer, problem="a bundle cannot hold this", mend="send fewer pieces, or open another case")


def _checked(bundle: CaseBundle, files: Mapping[str, bytes], where: str) -> CaseBundle:
    """The bundle with every file's digest filled in; BundleRefused for files not as named and for card numbers."""
    given = {composed(path): data for path, data in files.items()}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in given.items()}
    named = named_files(bundle)
    refusals = list(card_numbers(bundle, named, given))
    for each in named:
        digest = digests.get(composed(each.path))
        if digest is None:
            refusals.append(
                Refusal(pointer=each.at, problem="the file is missing", mend="send it, or take the entry out")
            )
        elif each.sha256 not in (None, digest):
            refusals.append(
                Refusal(
                    pointer=f"{each.pointer}/{'tracking_' if each.slot == 'tracking' else ''}sha256",
                    problem="the file has another SHA-256",
                    mend="send the file that was hashed, or hash this one",
                )
            )
    for path in sorted(given.keys() - {composed(each.path) for each in named}):
        refusals.append(Refusal(pointer=path, problem="nothing names this file", mend="name it, or leave it out"))
    if refusals:
        raise BundleRefused(where, refusals)
    return bundle.model_copy(
        update={
            "photos": tuple(p.model_copy(update={"sha256": digests[composed(p.path)]}) for p in bundle.photos),
            "documents": tuple(d.model_copy(update={"sha256": digests[composed(d.path)]}) for d in bundle.documents),
            "shipments": tuple(
                s if s.tracking is None else s.model_copy(update={"tracking_sha256": digests[composed(s.tracking)]})
                for s in bundle.shipments
            ),
        }
    )


async def _refuse_second_case(scope: Scope, case_id: str, dispute: str) -> None:
    """DisputeTaken when another case is on the dispute; openings of one dispute queue until the transaction ends."""
    await scope.execute(
        "select pg_advisory_xact_lock(hashtextextended(amends.current_merchant() || '/' || %s, 0))", (dispute,)
    )
    cursor = await scope.execute(
        "select case_id from amends.dispute_case where dispute = %s and case_id <> %s limit 1", (dispute, case_id)
    )
    other = await cursor.fetchone()
    if other is not None:
        raise DisputeTaken(case_id, dispute, other[0])


async def _keep_files(case: CaseScope, bundle: CaseBundle, files: Mapping[str, bytes]) -> None:
    given = {composed(path): data for path, data in files.items()}
    for each in named_files(bundle):
        data = given[composed(each.path)]
        digest = hashlib.sha256(data).hexdigest()
        await case.scope.execute(
            "insert into amends.evidence (merchant, case_id, sha256, size, sealed) values (%s, %s, %s, %s, %s)"
            " on conflict (merchant, case_id, sha256) do nothing",
            (case.merchant, case.case_id, digest, len(data), case.seal(data, "evidence", digest)),
        )


async def _enter_payment(scope: Scope, bundle: CaseBundle) -> None:
    payment = bundle.order.payment
    charge = payment.processor_reference
    await ledger_rows.register(scope, charge, payment.captured, payment.processor.value)
    if not bundle.earlier_refunds:
        return
    await ledger_rows.lock(scope, charge)
    before = await ledger_rows.standing(scope, charge)
    for refund in bundle.earlier_refunds:
        await enter_earlier_refund(scope, charge, _earlier(charge, refund))
    await report_overdraft(scope, charge, before)


def _earlier(charge: str, refund: EarlierRefund) -> ledger_rows.Row:
    kind = EntryKind.REFUND if refund.channel == "processor" else EntryKind.CREDIT
    return foreign(charge, refund.amount, kind, EntryState(refund.state), refund.reference)
