"""What a processor accepts, declared once, so that a packet can be built within the limits before it is sent."""

from knowledge.base import Frozen


class Capabilities(Frozen):
    """A processor's limits on dispute evidence. Sizes in bytes, lengths in characters."""

    processor: str
    file_kinds: dict[str, bytes]
    """Media type to the first bytes of every such file."""
    file_fields: frozenset[str]
    """Evidence fields that take a file; one file each."""
    files_combined_bytes: int
    pages_combined: int
    """The most pages allowed over all files and compiled texts, unless the network says less."""
    pages_by_network: dict[str, int]
    text_fields: dict[str, int]
    """Evidence field to its longest text."""
    text_combined: int
    submissions: int
    """How often evidence may be submitted for one dispute."""

    def pages(self, network: str | None) -> int:
        """The most pages a submission may have on `network` (`mastercard`, `visa`, …)."""
        return self.pages_by_network.get(network or "", self.pages_combined)
