"""Records in PostgreSQL: cases, ledger and audit chain, each row one merchant's, personal data sealed per case."""
