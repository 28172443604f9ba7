"""One case on one page: evidence, facts and reasoning, decision."""
