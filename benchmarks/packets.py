"""One packet for each reason family × network, measured, checked and kept to be looked at.

    python -m benchmarks.packets FOLDER

Every packet is checked as the tests check it (`tests/tools/packets/archival.py` names the checks) and, where veraPDF is
on the path, by veraPDF against PDF/A-2b as well. Exit 1 when one breaks a rule.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knowledge.letter.compose import compose_letter
from knowledge.letter.verify import verify_letter
from tests.knowledge.letter.dossiers import scripts_dossier
from tests.knowledge.letter.matrix import matrix
from tests.tools.packets.archival import archival_problems
from tests.tools.packets.test_matrix import with_files
from tests.tools.packets.test_packets import picture, sha256
from tools.packets import profile_for, render_packet


def main(arguments: Sequence[str] | None = None) -> None:
    """Render, check, keep, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    data, out, broken = picture(), Console(width=150), 0
    named = {f"{network.value}-{family.value}": records for (network, family), records in matrix().items()}
    named["scripts"] = scripts_dossier()
    table = Table("packet", "pages", "bytes", "breaks", title="Packets", title_justify="left")
    for name, records in named.items():
        dossier = with_files(records, data)
        letter = compose_letter(dossier)
        proof = verify_letter(letter, dossier)
        packet = render_packet(letter, proof, {sha256(data): data}, profile_for("stripe", letter.network))
        path = folder / f"{name}.pdf"
        path.write_bytes(packet.pdf)
        problems = [*archival_problems(packet.pdf), *_verapdf(path)]
        broken += bool(problems)
        table.add_row(name, str(packet.pages), str(packet.byte_count), "; ".join(problems))
    out.print(table)
    by = "and by veraPDF" if shutil.which("verapdf") else "(veraPDF is not installed)"
    out.print(f"{len(named) - broken} of {len(named)} packets keep every rule, checked by the tests' rules {by}")
    sys.exit(1 if broken else 0)


def _verapdf(path: Path) -> list[str]:
    """What veraPDF has against the file; nothing where it is not installed."""
    program = shutil.which("verapdf")
    if program is None:
        return []
    done = subprocess.run(
        [program, "--flavour", "2b", "--format", "text", str(path)], capture_output=True, text=True, check=False
    )
    return [] if done.stdout.startswith("PASS") else [f"veraPDF: {done.stdout.strip() or done.stderr.strip()}"]


if __name__ == "__main__":
    main()
