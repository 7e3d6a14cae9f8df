"""What stands on labels: check characters, serial numbers, addresses, and what scanners make of bar codes. Pure.

Both packages read labels, and must read them alike; so this is a door of the centre that stations may use. It imports
the standard library, and `biip` where a GS1 symbol was scanned.
"""
