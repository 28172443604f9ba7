"""Corrupted letters, counted: which are caught in composed letters, and which in a model's free prose.

    python -m benchmarks.letters              280 planted corruptions, kind × place; exit 1 when one is missed
    python -m benchmarks.letters --every      all corruptions the letters carry (some ten thousand)
    python -m benchmarks.letters --prose      80 true and 80 corrupted paraphrases through the check of prose

Composed letters are held to all of them. Of free prose the share is told as it is: what passes there still goes out
only over a named person's signature.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from agents.models.personal import personal_data_of
from agents.models.same_statement import differences
from knowledge.letter.compose import compose_letter
from knowledge.letter.verify import verify_letter
from knowledge.reasons import ChargebackFamily
from tests.agents.models.paraphrases import paraphrases
from tests.knowledge.letter.corruptions import Corruption, corruptions, every_corruption, table
from tests.knowledge.letter.dossiers import family_dossiers
from tests.knowledge.letter.sample_dossiers import sample_dossiers

_OUT = Console(width=120)


def composed(*, every: bool) -> bool:
    """Plant, verify, print the table; False when a corruption is proved or a letter as composed is not."""
    records = sample_dossiers() | {family.value: one for family, one in family_dossiers().items()}
    letters = {name: compose_letter(one) for name, one in records.items()}
    alarms = [name for name, letter in letters.items() if not verify_letter(letter, records[name]).complete]
    planted: list[Corruption] = list(every_corruption(letters)) if every else corruptions(letters)
    caught = [not verify_letter(one.letter).complete for one in planted]
    shown = Table("kind", "place", "caught", "of", title="Planted in composed letters", title_justify="left")
    for kind, place, hits, total in table(planted, caught):
        shown.add_row(kind, place, str(hits), str(total))
    _OUT.print(shown)
    for one, was_caught in zip(planted, caught, strict=True):
        if not was_caught:
            _OUT.print(f"missed: {one.source}, {one.kind} in the {one.place}: {one.after}", markup=False)
    _OUT.print(f"caught {sum(caught)} of {len(planted)}; false alarms on {len(alarms)} of {len(letters)} letters")
    return all(caught) and not alarms


def prose() -> None:
    """What the check of a model's wording catches of written paraphrases, and what it takes for wrong without need."""
    personal = personal_data_of(family_dossiers()[ChargebackFamily.FRAUD].bundle)
    caught: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for one in paraphrases():
        kind = one.corrupted or "none: states the same"
        total[kind] += 1
        caught[kind] += bool(differences(one.composed, one.text, "en", personal))
    shown = Table("what is wrong", "caught", "of", title="Free prose, paraphrased by hand", title_justify="left")
    for kind, of in sorted(total.items()):
        shown.add_row(kind, str(caught[kind]), str(of))
    _OUT.print(shown)
    true = "none: states the same"
    wrong, hits = total.total() - total[true], caught.total() - caught[true]
    _OUT.print(
        f"free prose: caught {hits} of {wrong} ({hits / wrong:.0%}); "
        f"false alarms {caught[true]} of {total[true]} ({caught[true] / total[true]:.0%})"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Count, print, and exit 1 when a composed letter's corruption is missed or a sound letter is doubted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--prose", action="store_true")
    given = parser.parse_args(arguments)
    if given.prose:
        prose()
        return
    sys.exit(0 if composed(every=given.every) else 1)


if __name__ == "__main__":
    main()
