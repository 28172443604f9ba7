"""How a bundle is turned away: every problem found, each with its place and its mend."""

from collections.abc import Sequence

from knowledge.rules.bundle_check import Refusal


class BundleRefused(ValueError):
    """A bundle that may not come in. `where` names the folder, zip or line; `refusals` is never empty."""

    def __init__(self, where: str, refusals: Sequence[Refusal]) -> None:
        self.where = where
        self.refusals = tuple(refusals)
        listed = "; ".join(f"{each.pointer}: {each.problem} ({each.mend})" for each in self.refusals)
        super().__init__(f"{where} is refused: {listed}")


def pointer_to(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path of keys and indexes; the empty text for the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
