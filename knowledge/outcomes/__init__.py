"""What became of answered disputes, and what that says of the next one."""
