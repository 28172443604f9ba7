"""From a decision to words."""
