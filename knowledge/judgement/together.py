"""Which cases one person may decide together: like ones, none with anything that asks for a look of its own.

People who tick many boxes read none of them. So a set is decided together only where one look is as good as many: the
same recommendation under the same policy, no flag, no case the machine gave up on, none above what the person decides
alone; and three cases chosen by lot are opened first. The numbers are our own choices.
"""

from collections.abc import Callable, Sequence

from knowledge.judgement.waiting import CertaintyBand, WaitingCase
from knowledge.rules.authority import Role, may_decide_alone
from knowledge.rules.policy import MerchantPolicy

SAMPLES = 3
"""Cases of a set that are opened before it is decided; all of a smaller one."""
MOST = 50
"""Cases in a set: a page of the queue, so that whoever chooses them has seen their lines."""
_LEAST = 2
_ALIKE: tuple[tuple[str, Callable[[WaitingCase], str]], ...] = (
    ("kind", lambda line: line.kind.value),
    ("stage", lambda line: line.stage),
    ("proposal", lambda line: line.proposal or "undecided"),
    ("policy version", lambda line: line.policy_version),
    ("currency", lambda line: line.stake.currency),
)


def why_not_together(lines: Sequence[WaitingCase], role: Role, policy: MerchantPolicy) -> tuple[str, ...]:
    """Why these cases are not decided together by somebody of that role, in plain words; empty when they may be."""
    why: list[str] = []
    if len(lines) < _LEAST:
        why.append(f"cases: {len(lines)} chosen; choose at least {_LEAST}, and decide a single one on its own page")
    if len(lines) > MOST:
        why.append(f"cases: {len(lines)} chosen; choose at most {MOST}")
    for name, of in _ALIKE:
        found = sorted({of(line) for line in lines})
        if len(found) > 1:
            why.append(f"{name}: {', '.join(found)}; choose cases of one {name}")
    for line in lines:
        why += [f"{line.case_id}: {reason}; decide it on its own page" for reason in _own_page(line, role, policy)]
    return tuple(why)


def _own_page(line: WaitingCase, role: Role, policy: MerchantPolicy) -> list[str]:
    why: list[str] = []
    if line.flags:
        why.append(f"flagged {', '.join(flag.value.replace('_', ' ') for flag in line.flags)}")
    if line.decision_id is None or not line.proposal:
        why.append("nothing is proposed yet")
    elif line.band is CertaintyBand.ABSTAINED:
        why.append("the machine abstained, and its proposal is only a beginning")
    if line.amount is not None and not may_decide_alone(role, line.amount, policy):
        why.append(f"{line.amount} is above what a {role.value} decides alone")
    return why
