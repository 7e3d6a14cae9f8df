"""One module per record kind, named as the kind: `mentions` says what a record refers to, `project` what it changes."""
