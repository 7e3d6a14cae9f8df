"""The lines of the simulated factory: which stations they have, and how units walk from one to the next."""
