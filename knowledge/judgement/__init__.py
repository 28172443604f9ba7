"""The judgement: pure functions from facts and policy to assessments and decisions."""
