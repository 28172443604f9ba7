import pytest

from tools.processors.sandbox.forms import nested


def test_bracket_forms_nest() -> None:
    pairs = [
        ("charge", "ch_1"),
        ("metadata[case]", "7"),
        ("evidence[appeal][card][reason_for_filing]", "new proof"),
        ("expand[]", "charge"),
        ("expand[]", "balance_transaction"),
        ("prior[0][charge]", "ch_2"),
        ("prior[1][charge]", "ch_3"),
    ]
    assert nested(pairs) == {
        "charge": "ch_1",
        "metadata": {"case": "7"},
        "evidence": {"appeal": {"card": {"reason_for_filing": "new proof"}}},
        "expand": ["charge", "balance_transaction"],
        "prior": [{"charge": "ch_2"}, {"charge": "ch_3"}],
    }


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([("amount", "1"), ("amount", "2")], "amount is given twice"),
        ([("evidence", "x"), ("evidence[receipt]", "y")], "both as a value and as a hash"),
        ([("evidence[receipt", "y")], "Invalid parameter name"),
    ],
)
def test_ambiguous_forms_are_refused(pairs: list[tuple[str, str]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        nested(pairs)
