"""The audit chain for people: what was done, by whom, whether the chain is whole, and a copy to take away."""
