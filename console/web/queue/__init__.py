"""The queue: cases that wait for a person."""
