"""The read side: frozen rows for screens, commands and exporters. No session and no ORM row leaves it."""
