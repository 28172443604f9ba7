"""The packet as the issuer's analyst reads it: nothing but its pages, the reason code, and two minutes."""
