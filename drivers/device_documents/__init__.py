"""What devices tell about themselves: EEPROM images, neighbour tables, show outputs, reports of traffic tools.

Pure functions from text or bytes to frozen values. A document that cannot be read whole and for certain raises
`drivers.errors.DocumentError`; a checksum that does not fit is a verdict beside what was read, never a correction.
"""
