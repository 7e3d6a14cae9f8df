"""The clock of a served bench: wall time for whoever comes, until one client takes time into its own hands.

Independent clients need time that passes by itself. A test run needs time that passes only when the run says so: then
what is measured does not depend on how busy the machine is, and a burn-in costs no day.
"""

import time
from datetime import datetime

from sim_hardware.clock import ScaledClock


class HeldClock(ScaledClock):
    """Wall time times `speed`, or, while it is held, whatever its holder has let go by. Never goes back."""

    def __init__(self, epoch: datetime, speed: float = 1.0) -> None:
        super().__init__(epoch, speed)
        self._held_at: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether time stands still until its holder lets some go by."""
        return self._held_at is not None

    def hold(self, at: float | None = None) -> None:
        """Stop time where it is, or at `at` (s), for the clock of a bench that nobody has used yet."""
        self._held_at = self.now() if at is None else at

    def release(self) -> None:
        """Let time pass by itself again, from where it was held."""
        if self._held_at is not None:
            self._start = time.monotonic() - self._held_at / self.speed
            self._held_at = None

    def now(self) -> float:
        """Seconds since the bench was switched on."""
        return super().now() if self._held_at is None else self._held_at

    def sleep(self, seconds: float) -> None:
        """Let this much time go by: at once while time is held, else by blocking the calling thread."""
        if self._held_at is None:
            super().sleep(seconds)
        else:
            self._held_at += seconds

    def wait_until(self, deadline: float) -> None:
        """Let time go by until `deadline` (s), as `sleep`."""
        if self._held_at is None:
            super().wait_until(deadline)
        else:
            self._held_at = max(self._held_at, deadline)
