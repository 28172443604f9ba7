"""`amends`: the command line."""

import os
import sys

import typer

from console.cli import (
    audit,
    bundles,
    buyer,
    cases,
    demo,
    erase,
    finance,
    imports,
    keys,
    outcomes,
    queue,
    retention,
    review,
    services,
    staff,
    webhooks,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""**Amends** decides after-sales disputes: fair refunds, and chargeback defences that prove themselves.

Start with `amends demo`, which runs both agents on the sample cases. To work with your own: `amends up` in one
terminal; in another `amends validate FOLDER`, `amends submit FOLDER`, then `amends review list`.
""",
)
app.add_typer(services.app)
app.add_typer(bundles.app)
app.add_typer(cases.app)
app.add_typer(demo.app)
app.add_typer(review.app, name="review")
app.add_typer(queue.app, name="queue")
app.add_typer(buyer.app, name="buyer")
app.add_typer(staff.app, name="staff")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(erase.app)
app.add_typer(outcomes.app)
app.add_typer(finance.app, name="finance")
app.add_typer(imports.app, name="import")
app.add_typer(retention.app, name="retention")
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Run the command line."""
    try:
        app(standalone_mode=True)
    except SystemExit as end:
        # Temporal's core can abort the interpreter while it ends (sdk-python issue 300); all is flushed by now.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else int(bool(end.code)))


if __name__ == "__main__":
    main()
