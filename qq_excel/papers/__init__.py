"""Everything that is handed out; no rule is decided here."""
