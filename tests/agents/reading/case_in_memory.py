"""A reading port over one case in memory."""

from collections.abc import Mapping, Sequence

from knowledge.case import CaseBundle
from knowledge.facts import Fact
from tools.ports import CaseFile


class CaseInMemory:
    """Answers for one case; `elsewhere` says which other cases hold some bytes."""

    def __init__(
        self, bundle: CaseBundle, evidence: Mapping[str, bytes], elsewhere: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._bundle = bundle
        self._evidence = evidence
        self._elsewhere = elsewhere or {}

    def _check(self, merchant: str, case_id: str) -> None:
        if (merchant, case_id) != (self._bundle.merchant.id, self._bundle.case_id):
            raise LookupError(case_id)

    async def bundle(self, merchant: str, case_id: str) -> CaseBundle:
        self._check(merchant, case_id)
        return self._bundle

    async def evidence(self, merchant: str, case_id: str, sha256: str) -> bytes:
        self._check(merchant, case_id)
        return self._evidence[sha256]

    async def facts(self, merchant: str, case_id: str) -> Sequence[Fact]:
        self._check(merchant, case_id)
        return ()

    async def case_file(self, merchant: str, case_id: str) -> CaseFile:
        return CaseFile(bundle=await self.bundle(merchant, case_id), facts=(), missing=())

    async def other_cases_with(self, merchant: str, case_id: str, sha256: str) -> Sequence[str]:
        self._check(merchant, case_id)
        return self._elsewhere.get(sha256, ())
