"""Files from outside: safe decoding, comparison and what may not be kept."""
