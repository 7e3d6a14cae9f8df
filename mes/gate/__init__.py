"""The decision whether a unit may be worked here, now, and the rules it asks."""
