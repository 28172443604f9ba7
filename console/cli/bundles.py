"""`amends schema` and `amends validate`: the case format, and whether bundles keep to it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.bundles import BundleRefused, case_schema, examine_bundles

app = typer.Typer(help="The case bundle: its schema, and whether bundles keep to it.", no_args_is_help=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of case.json (amends.case/1)."""
    typer.echo(json.dumps(case_schema(), indent=2, ensure_ascii=False))


@app.command()
def validate(
    paths: Annotated[list[Path], typer.Argument(help="Folders, zips or .jsonl files.", metavar="PATH…")],
) -> None:
    """Check bundles without taking them in. Exit code 1 when any is refused, with every field and its mend."""
    out = Console()
    now = datetime.now(UTC)
    refused = taken = 0
    for path in paths:
        for each in examine_bundles(path, now=now):
            if isinstance(each, BundleRefused):
                refused += 1
                out.print(refusal_table(each))
            else:
                taken += 1
                out.print(
                    f"[green]ok[/green] {escape(each.bundle.case_id)} {each.digest[:12]} ({len(each.files)} files)"
                )
    out.print(f"{taken} {'bundle' if taken == 1 else 'bundles'} in order, {refused} refused")
    if refused:
        raise typer.Exit(1)


def refusal_table(refused: BundleRefused) -> Table:
    """One row a refusal. Texts come from the bundle and are shown, never read as markup."""
    table = Table(title=f"[red]refused[/red] {escape(refused.where)}", title_justify="left", show_lines=False)
    for heading in ("where", "what is wrong", "what to do"):
        table.add_column(heading, overflow="fold")
    for each in refused.refusals:
        table.add_row(escape(each.pointer or "(whole file)"), escape(each.problem), escape(each.mend))
    return table
