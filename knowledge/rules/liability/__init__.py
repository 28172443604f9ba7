"""Who bears a fraud dispute by the networks' own programmes: exact, pure, with the source of every number."""
