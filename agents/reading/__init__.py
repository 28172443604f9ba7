"""From evidence to facts."""
