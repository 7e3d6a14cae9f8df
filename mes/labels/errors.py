"""What is wrong with a label."""


class LabelError(ValueError):
    """A scan is no label that can be read; the message names the field and its position, and what to do.

    `position` counts the characters of the scan from 1.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position
