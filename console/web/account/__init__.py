"""A person's own account: password, sessions, and the link of an invitation."""
