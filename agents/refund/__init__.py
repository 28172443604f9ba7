"""From facts to a proposal."""
