"""Which errors speak to people who run the house."""


class ForOperators:
    """Base of errors beside their own whose whole text is written for people who run the house, and may be logged."""
