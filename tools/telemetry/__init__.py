"""What people who run the house see of it: log lines, figures and traces, none with personal data."""
