"""Units with module memories and electronics: active cables and transceivers, powered through their plugs."""
