"""What a person reads of the analyst's view."""

from rich.console import Console

from console.cli.story import analyst_story
from knowledge.analyst.read import analyst_view
from knowledge.letter.compose import compose_letter
from tests.knowledge.analyst.test_attacks import delivered, seen
from tests.knowledge.letter.dossiers import dossier, route


def told(records: object) -> str:
    out = Console(width=200, record=True)
    out.print(records)
    return out.export_text()


def test_the_analysts_view_tells_what_is_shown_what_is_not_and_how_it_can_be_attacked():
    records = dossier("visa", "13.1", routes=(route(delivered(day="03-25"), signed_by="K. OBERMAIER"),))
    text = told(analyst_story(analyst_view(seen(compose_letter(records)))))
    assert "shown: Carrier and tracking number [page 5, Exhibit D, parcel]" in text
    assert "not shown: Customs release or duty record for cross-border parcels" in text
    assert "fatal: The parcel was delivered on 25 March 2026, after the dispute of 20 March 2026. [page 5" in text
    assert "concede: Concede, unless the buyer has told" in text
    assert "weak: “K. OBERMAIER” signed; the buyer is Élise Marchand." in text


def test_a_strong_packet_is_told_as_one():
    assert "no attack found" in told(analyst_story(analyst_view(seen(compose_letter(dossier("visa", "13.1"))))))
