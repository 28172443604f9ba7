"""Precedents and embeddings: the one corner of knowledge with I/O."""
