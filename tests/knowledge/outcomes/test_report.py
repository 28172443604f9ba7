"""The report of ended disputes: sums that agree with the disputes, and no figure over what cannot be added."""

from knowledge.case import CardNetwork
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import DisputeEnd
from knowledge.outcomes.report import report_outcomes
from knowledge.reasons import ChargebackFamily
from tests.knowledge.outcomes.ended import ended


def test_sums_are_per_currency_and_net_of_costs() -> None:
    yen = Money(minor=5_000, currency="JPY")
    report = report_outcomes(
        [
            ended(1),
            ended(2, DisputeEnd.LOST),
            ended(3, DisputeEnd.PARTIAL, recovered=Money(minor=2_000, currency="EUR")),
            ended(4, DisputeEnd.PARTIAL, recovered=Money(minor=1_000, currency="USD")),
            ended(5, DisputeEnd.ACCEPTED, disputed=yen, contested=yen, costs=None),
        ]
    )
    euro, japan = report.sums
    assert euro.ended == {DisputeEnd.WON: 1, DisputeEnd.PARTIAL: 2, DisputeEnd.LOST: 1}
    assert (euro.disputed.minor, euro.recovered.minor, euro.costs.minor) == (40_000, 12_000, 8_800)
    assert euro.net == Money(minor=3_200, currency="EUR")
    assert euro.recovered_elsewhere == (Money(minor=1_000, currency="USD"),)
    assert (japan.disputed, japan.costs_unknown, japan.recovered.minor) == (yen, 1, 0)
    assert japan.net.minor == 0


def test_a_loss_can_cost_more_than_was_recovered() -> None:
    (euro,) = report_outcomes([ended(1, DisputeEnd.LOST)]).sums
    assert euro.net == Money(minor=-2_200, currency="EUR")


def test_rates_are_told_per_network_and_code_and_only_of_what_was_fought() -> None:
    amex = {"network": CardNetwork.AMEX, "reason_code": "C08"}
    fraud = {"family": ChargebackFamily.FRAUD, "reason_code": "10.4"}
    of_goods = [ended(number) for number in range(3)]
    accepted = ended(6, DisputeEnd.ACCEPTED, reason_code="13.9")
    lost = [ended(4, DisputeEnd.LOST, **amex), ended(5, DisputeEnd.LOST, **fraud)]
    report = report_outcomes([*of_goods, *lost, accepted])
    assert [(one.network.value, one.reason_code, one.rate.answered) for one in report.rates] == [
        ("visa", "10.4", 1),
        ("amex", "C08", 1),
        ("visa", "13.1", 3),
    ]
    assert report.rates[0].rate.rate < 0.15
    assert report.rates[2].rate.rate > 0.43


def test_nothing_ended_is_an_empty_report() -> None:
    assert report_outcomes([]).sums == ()
