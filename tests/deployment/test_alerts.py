"""The alert rules: in Prometheus' form, on figures that exist with labels that exist, each with a way to mend it."""

import re
from typing import Annotated, Any, Literal

import prometheus_client
import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.deployment.compose_file import ROOT
from tools.telemetry import figures

_NAME = re.compile(r"\bamends_[a-z_]+")
_SELECTOR = re.compile(r"(amends_[a-z_]+)\{([^}]*)\}")
_GROUPING = re.compile(r"by \(([^)]*)\)")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Labels(Strict):
    severity: Literal["page", "ticket"]


class Annotations(Strict):
    summary: Annotated[str, Field(min_length=10)]
    mend: str


class Rule(Strict):
    alert: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")]
    expr: str
    for_: Annotated[str | None, Field(alias="for", pattern=r"^\d+[smh]$")] = None
    labels: Labels
    annotations: Annotations


class Group(Strict):
    name: str
    rules: list[Rule]


class RuleFile(Strict):
    groups: list[Group]


def _raw() -> Any:
    return yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8"))


RULES = [rule for group in RuleFile.model_validate(_raw()).groups for rule in group.rules]


def known() -> dict[str, set[str]]:
    """Every name Prometheus can read, with its labels."""
    found: dict[str, set[str]] = {}
    for value in vars(figures).values():
        if isinstance(value, prometheus_client.Counter | prometheus_client.Gauge | prometheus_client.Histogram):
            kept = vars(value)
            labels: set[str] = set(kept["_labelnames"])
            name: str = kept["_name"]
            if isinstance(value, prometheus_client.Counter):
                found[f"{name}_total"] = labels
            elif isinstance(value, prometheus_client.Histogram):
                found |= {f"{name}_bucket": labels | {"le"}, f"{name}_count": labels, f"{name}_sum": labels}
            else:
                found[name] = labels
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_a_rule_speaks_of_figures_and_labels_that_exist(rule: Rule) -> None:
    figures_known = known()
    named = set(_NAME.findall(rule.expr))
    assert named
    assert named <= set(figures_known)
    for name, selectors in _SELECTOR.findall(rule.expr):
        assert {part.partition("=")[0].strip() for part in selectors.split(",")} <= figures_known[name]
    for group in _GROUPING.findall(rule.expr):
        assert {part.strip() for part in group.split(",")} <= {label for name in named for label in figures_known[name]}
    for left, right in ("()", "{}", "[]"):
        assert rule.expr.count(left) == rule.expr.count(right)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_a_rule_names_a_section_that_says_what_to_do(rule: Rule) -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert f"**{rule.annotations.mend}.**" in page


def test_names_are_single_and_a_deadline_comes_first() -> None:
    names = [rule.alert for rule in RULES]
    assert len(set(names)) == len(names)
    assert names[0] == "ChargebackDatePassed"


def test_no_figure_has_a_label_that_could_grow_without_end() -> None:
    assert not {"case_id", "dispute", "buyer", "account", "path", "charge"} & {
        label for labels in known().values() for label in labels
    }
