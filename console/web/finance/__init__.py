"""The finance desk: exposure, the ledger, months and their closing, exports. No chats, no names."""
