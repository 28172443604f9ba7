"""The merchant's books over disputes and refunds: lines, months, the journal, what is expected, scheme ratios."""
