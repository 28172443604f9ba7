"""Letters that carry their proof: typed claims first, prose second, every sentence checked by code."""
