"""Lines of the books from what happened, and the journal and figures made of them."""

from datetime import UTC, datetime

from knowledge.finance.events import DisputeEnded, Movement, Proofs
from knowledge.finance.figures import figures_of
from knowledge.finance.journal import Account, balances_of, journal_of
from knowledge.finance.lines import LineKind, line_of_movement, lines_of_end
from knowledge.finance.month import Month
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.reasons import ChargebackFamily
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.outcomes.ended import ended

PROOFS = Proofs("stripe", "a" * 64, None)
NOVEMBER = Month(2026, 11)


def end(now: ClosedDispute, before: ClosedDispute | None = None, number: int = 1) -> DisputeEnded:
    return DisputeEnded(number, now, "ch_1", PROOFS, before)


def amounts(event: DisputeEnded) -> dict[tuple[LineKind, bool], int]:
    return {(line.kind, line.back): line.amount_minor for line in lines_of_end(event, HOUSE_POLICY, None, {})}


def test_a_win_brings_back_the_face_and_costs_what_the_policy_said() -> None:
    assert amounts(end(ended(1))) == {
        (LineKind.RECOVERED, False): 10_000,
        (LineKind.COSTS, False): 2_200,
        (LineKind.GOODWILL, False): 500,
    }


def test_a_partial_win_is_split_and_behind_a_fraud_there_is_no_goodwill() -> None:
    part = ended(1, DisputeEnd.PARTIAL, recovered=Money(minor=4_001, currency="EUR"), family=ChargebackFamily.FRAUD)
    assert amounts(end(part)) == {
        (LineKind.RECOVERED, False): 4_001,
        (LineKind.LOST, False): 5_999,
        (LineKind.COSTS, False): 2_200,
    }


def test_what_comes_back_in_another_currency_leaves_one_and_enters_the_other() -> None:
    won = ended(1, recovered=Money(minor=11_600, currency="USD"))
    lines = lines_of_end(end(won), HOUSE_POLICY, None, {})
    by_currency = {each.currency: each for each in figures_of(lines)}
    assert by_currency["USD"].recovered == Money(minor=11_600, currency="USD")
    assert by_currency["EUR"].converted == Money(minor=10_000, currency="EUR")
    assert by_currency["EUR"].recovered.minor == 0
    assert by_currency["EUR"].ended == {DisputeEnd.WON: 1}
    assert by_currency["USD"].ended == {}


def test_more_than_the_face_and_an_inquiry_are_not_confused_with_a_recovery_of_it() -> None:
    more = ended(1, recovered=Money(minor=10_300, currency="EUR"), costs=Money.zero("EUR"))
    assert amounts(end(more))[LineKind.SURPLUS, False] == 300
    inquiry = ended(1, DisputeEnd.CLOSED, costs=Money.zero("EUR"))
    assert amounts(end(inquiry)) == {(LineKind.RELEASED, False): 10_000}


def test_a_second_cycle_takes_the_first_end_back_and_names_the_closed_month() -> None:
    won = ended(1)
    lost = ended(1, DisputeEnd.LOST, closed_at=datetime(2026, 12, 9, tzinfo=UTC))
    event = end(lost, won, 2)._replace(before_in=NOVEMBER)
    lines = lines_of_end(event, HOUSE_POLICY, NOVEMBER, {})
    assert {line.corrects for line in lines} == {NOVEMBER}
    (figures,) = figures_of(lines)
    assert (figures.recovered.minor, figures.reversed.minor, figures.lost.minor) == (0, 10_000, 10_000)
    assert figures.costs.minor == 0
    assert figures.ended == {DisputeEnd.WON: -1, DisputeEnd.LOST: 1}
    assert figures.net_recovery.minor == -10_000


def test_what_stands_in_a_closed_month_is_taken_back_as_it_stands_whatever_the_policy_says_now() -> None:
    won = ended(1)
    stands = lines_of_end(end(won), HOUSE_POLICY, None, {})
    dearer = HOUSE_POLICY.model_copy(update={"goodwill_eur": 9.0})
    event = end(ended(1, DisputeEnd.LOST), won, 2)._replace(before_in=NOVEMBER)
    lines = lines_of_end(event, dearer, NOVEMBER, {"end/dp_1/1": stands})
    goodwill = {line.back: line.amount_minor for line in lines if line.kind is LineKind.GOODWILL}
    assert goodwill == {True: 500, False: 900}


def test_unknown_costs_are_a_line_of_nothing_that_is_counted() -> None:
    lines = lines_of_end(end(ended(1, DisputeEnd.LOST, costs=None)), HOUSE_POLICY, None, {})
    (figures,) = figures_of(lines)
    assert (figures.costs.minor, figures.without_rate) == (0, 1)


def test_news_of_a_closed_month_is_posted_on_the_first_day_of_the_open_one() -> None:
    late = Movement(
        "k", 1, "refund", False, 700, "JPY", "c", "ch", "re_1", datetime(2026, 11, 30, 23, tzinfo=UTC), PROOFS
    )
    line = line_of_movement(late, NOVEMBER)
    assert line.corrects == NOVEMBER
    (entry,) = journal_of([line], NOVEMBER.next)
    assert (str(entry.posted), entry.debit, entry.credit) == ("2026-12-01", Account.REFUNDS, Account.PROCESSOR_BALANCE)
    (back,) = journal_of([line._replace(back=True)], NOVEMBER.next)
    assert (back.debit, back.credit) == (Account.PROCESSOR_BALANCE, Account.REFUNDS)


def test_goodwill_is_in_the_figures_and_never_in_the_journal_which_balances() -> None:
    lines = lines_of_end(end(ended(1)), HOUSE_POLICY, None, {})
    entries = journal_of(lines, NOVEMBER)
    assert [entry.line.kind for entry in entries] == [LineKind.RECOVERED, LineKind.COSTS]
    balances = balances_of(entries)
    assert sum(each.debit.minor for each in balances) == sum(each.credit.minor for each in balances) == 12_200


def test_months_follow_each_other_over_the_year() -> None:
    assert Month(2026, 12).next == Month(2027, 1)
    assert Month(2027, 1).before == Month(2026, 12)
    assert str(Month.parse("2026-03")) == "2026-03"
    assert Month.of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)).ends == datetime(2026, 12, 1, tzinfo=UTC)
