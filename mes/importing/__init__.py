"""How history that others recorded becomes records: maps, cells, runs, and the way into the journal."""
