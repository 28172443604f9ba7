"""A case as it looked at a moment that is past."""
