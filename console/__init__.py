"""The doors for people and systems, without rules of their own."""
