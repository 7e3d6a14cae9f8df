"""What statistics raise: the numbers at hand cannot answer the question, and the message says which ones and why."""


class Unanswerable(ValueError):
    """These values have no such statistic (examples: one value, no spread, an unbalanced study).

    The message names what is missing and the next step, for a person; a command shows it as it is.
    """
