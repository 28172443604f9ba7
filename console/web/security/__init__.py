"""What every page stands behind: headers, the session, the form's token, permissions."""
