"""A shop, a carrier aggregator and a helpdesk for tests and demonstrations, in one process that checks every request.

What they hold is taken from case bundles: each gets its own part of the case, in its own shape.
"""
