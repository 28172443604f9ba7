"""A decision told to a person at a terminal: what, how much, why, and what each reason rests on."""

from rich.console import Group
from rich.markup import escape
from rich.text import Text

from knowledge.analyst.view import AnalystView, Weight
from knowledge.decision import Decision, DefenceDecision
from knowledge.facts import Citation


def cited(citation: Citation) -> str:
    """A citation in a few characters."""
    match citation.kind:
        case "message":
            return f"message {citation.message_id}[{citation.start}:{citation.end}]"
        case "photo":
            return f"photo {citation.photo_id}"
        case "scan":
            return f"scan {citation.shipment_id}{citation.pointer}"
        case "field":
            return f"field {citation.pointer}"
        case "document":
            return f"document {citation.document_id} p.{citation.page}"
        case "person":
            return f"{citation.person}, {citation.at:%Y-%m-%d}"
        case "ledger":
            return f"ledger {citation.entry_id}"


def headline(decision: Decision | DefenceDecision) -> str:
    """What was decided, in a line."""
    if isinstance(decision, Decision):
        return f"{decision.resolution.value.replace('_', ' ')}, {decision.amount}"
    sure = f"{decision.win_probability:.0%}"
    return f"{decision.stance.value.replace('_', ' ')}, {decision.contested} contested, chance {sure}"


def decision_story(decision: Decision | DefenceDecision) -> Group:
    """The decision with every reason, its citations and source, and why a person looks if one does."""
    lines = [Text(headline(decision), style="bold")]
    if isinstance(decision, Decision):
        lines.append(
            Text(f"  guaranteed at least {decision.floor}; fair between {decision.fair_low} and {decision.fair_high}")
        )
    for reason in decision.reasons:
        rests = "; ".join(cited(citation) for citation in reason.citations)
        source = f" — {reason.source}" if reason.source else ""
        lines.append(Text.from_markup(f"  • {escape(reason.text)}{escape(source)}"))
        if rests:
            lines.append(Text(f"      [{rests}]", style="dim"))
    lines += [Text(f"  a person looks: {why}", style="yellow") for why in decision.review_because]
    if isinstance(decision, Decision) and decision.alternatives:
        weighed = ", ".join(f"{name} {cost}" for name, cost in decision.alternatives)
        lines.append(Text(f"  expected cost: {weighed}"))
    return Group(*lines)


def analyst_story(view: AnalystView) -> Group:
    """The packet as the issuer's analyst reads it: what is answered where, what is not, and how it can be attacked."""
    lines = [Text(f"read as the issuer's analyst does, {view.pages} pages", style="bold")]
    for requirement in view.requirements:
        if requirement.places:
            lines.append(Text(f"  shown: {requirement.meaning} [{requirement.places[0]}]"))
        else:
            lines.append(Text(f"  not shown: {requirement.meaning}", style="dim"))
    if not view.requirements:
        lines.append(Text("  what answers this reason code is not known", style="dim"))
    for finding in view.findings:
        style = "red" if finding.weight is Weight.FATAL else "yellow"
        where = f" [{'; '.join(finding.places)}]" if finding.places else ""
        lines.append(Text(f"  {finding.weight.value}: {finding.told}{where}", style=style))
        lines.append(Text(f"      {finding.mend.value}: {finding.by}"))
    if not view.findings:
        lines.append(Text("  no attack found"))
    return Group(*lines)
