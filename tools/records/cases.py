"""The records of cases, one object for all their parts; it implements the reading port `tools.ports.CaseReading`."""

from tools.records.case_evidence import CaseEvidence
from tools.records.case_findings import CaseFindings
from tools.records.case_progress import CaseProgress
from tools.records.case_words import (
    ArtifactSummary,
    CaseConflict,
    CaseErased,
    CaseEvent,
    CaseSummary,
    CaseUnknown,
    EvidenceAddition,
    OpenedCase,
    Outcome,
)

__all__ = [
    "ArtifactSummary",
    "CaseConflict",
    "CaseErased",
    "CaseEvent",
    "CaseRecords",
    "CaseSummary",
    "CaseUnknown",
    "EvidenceAddition",
    "OpenedCase",
    "Outcome",
]


class CaseRecords(CaseEvidence, CaseFindings, CaseProgress):
    """Cases of all merchants; every call names one and sees no other's. Each call is one transaction."""
