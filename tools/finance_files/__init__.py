"""Files for accountants, made of a month's books: CSV, XLSX, the journal, and letters in bulk."""
