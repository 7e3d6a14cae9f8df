"""The base of drivers that talk to a machine's console: logging in, waiting for a boot, and never half an answer.

The console belongs to the machine, and the machine is often the unit under test: opening says nothing to it, because it
may not be there yet, and the identity is the line's. Who logs in is named by the resource, the password by the
environment.
"""

import re
from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.clock import Clock
from drivers.console_credential import ConsoleCredential
from drivers.console_session import ConsoleSession
from drivers.console_text import EXPIRED, LOGIN, PASSWORD, REFUSED
from drivers.errors import DeviceError, LinkError, LinkTimeout, LoginRefused, OutOfRange
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.resource_suffix import number_in, split_resource
from drivers.wire_driver import WireDriver

_NUDGE_S: Final = 5.0
"""How long a silent console is left before it gets another return; a getty may show its prompt only then."""
_NAME_PROMPTS: Final = 2
"""A prompt that was drawn once more took no name; who is refused is told so."""
_PASSWORD_PROMPTS: Final = 2
"""A password may be asked for twice, by two modules or because the first prompt was drawn again; not more often."""
_ACCOUNT_S: Final = 60.0
"""How long checking a password may take; a wrong one is answered late on purpose."""
_BAUDS: Final = (300, 4_000_000)


class ConsoleDriver(WireDriver):
    """Base of the drivers.

    The resource says whom the console knows: ``/dev/ttyUSB0?baud=115200&user=admin&password_env=SWITCH_PASSWORD``;
    without a suffix 115200 baud and the user admin.
    """

    __slots__ = ("_credential", "_prompt", "_session", "timeout_s")

    capability: ClassVar[str] = "SerialConsole"
    wire: ClassVar[str] = "console line"
    prompt: ClassVar[re.Pattern[bytes]]
    """A prompt at which commands are taken, ending in `$`."""

    def __init__(
        self,
        session: ConsoleSession,
        credential: ConsoleCredential,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
    ) -> None:
        super().__init__(session.resource, identity, clock, calibration_due)
        self._session = session
        self._credential = credential
        self._prompt: bytes | None = None
        self.timeout_s = session.timeout_s

    @classmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        **options: Any,
    ) -> Self:
        """Open the line as `open` does; `options` are the driver's."""
        wire, given = split_resource(resource, ("baud", "user", "password_env"))
        baud = number_in(resource, given, "baud", 115200, *_BAUDS)
        credential = ConsoleCredential(given.get("user", "admin"), given.get("password_env"))
        session = ConsoleSession(
            place.transport(wire, timeout_s, baud_rate=baud),
            place.clock,
            timeout_s=timeout_s,
            baud_rate=baud,
            lock=place.lock(),
        )
        return cls(session, credential, identity, place.clock, calibration_due, **options)

    def log_in(self, timeout_s: float) -> None:
        """Open a session: wait for the machine to boot if it must, log in, prove that commands are answered.

        Raises `LoginRefused` when it takes neither name nor password, `LinkTimeout` when no prompt comes,
        `Garbled` when the line is at another rate.
        """
        session = self._session
        with session.exclusive():
            self._forsake()
            session.interrupt()
            session.type(b"", "return")
            self._pass_gate(self.clock.now() + timeout_s, timeout_s)
            self._prove()

    def _pass_gate(self, deadline: float, timeout_s: float) -> None:
        """Answer what is asked until a command prompt stands there."""
        session, who = self._session, f"log in as {self._credential.user}"
        wanted = {"refused": REFUSED, "expired": EXPIRED, "login": LOGIN, "password": PASSWORD, "prompt": self.prompt}
        names, passwords, abandoned = 0, 0, False
        while True:
            left = max(0.0, deadline - self.clock.now())
            patience = left if names else min(_NUDGE_S, left)
            try:
                what, match = session.expect(wanted, patience, who, boots=True)
            except LinkTimeout:
                if self.clock.now() >= deadline:
                    raise
                # Nothing was asked yet: a return harms nobody, and a getty that waits for one shows its prompt.
                session.broken = None
                session.type(b"", "return")
                continue
            if what == "prompt":
                self._prompt = match.group(1)
                return
            if what == "login" and names < _NAME_PROMPTS:
                names += 1
                session.text.clear()
                session.type(self._credential.user.encode("utf-8"), "the user's name")
                deadline = max(deadline, self.clock.now() + _ACCOUNT_S)
            elif what == "password" and not names and not abandoned:
                # A prompt that somebody else left behind is not ours to answer.
                abandoned = True
                session.text.clear()
                session.interrupt()
            elif what == "password" and names and passwords < _PASSWORD_PROMPTS:
                passwords += 1
                session.text.clear()
                session.type(self._credential.password(self.resource), "the password")
            else:
                raise self._refused(what)

    def _refused(self, what: str) -> LoginRefused:
        self._forsake()
        user = self._credential.user
        if what == "expired":
            return LoginRefused(f"{self.resource}: the password of {user} must be changed first; change it by hand")
        return LoginRefused(
            f"{self.resource}: {user} is not let in; check user and password_env in the station's file, and do not try"
            " often: accounts lock themselves"
        )

    @abstractmethod
    def _prove(self) -> None:
        """Bring the session to where every command is answered whole, and prove it."""

    @abstractmethod
    def _ask(self, text: str, timeout_s: float) -> str:
        """Give a command to the prompt and get what it prints."""

    def command(self, text: str, timeout_s: float) -> str:
        """Get what a command prints, whole, without echo and prompt.

        Raises `DeviceError` when it fails, `DeviceRestarted` when the machine boots meanwhile, `Garbled` for output
        that was damaged on the line, `LinkTimeout` for one that is not whole in time; the last three end the session.
        """
        if not text or not text.isprintable():
            raise OutOfRange(f"{self.resource}: {text[:60]!r} is no command: one line of printable text is")
        with self._session.exclusive():
            if self._prompt is None:
                raise DeviceError(f"{self.resource}: {text[:60]!r} not sent: nobody is logged in; log in first")
            try:
                return self._ask(text, timeout_s)
            except LinkError:
                self._prompt = None
                raise

    def wait_for_login(self, timeout_s: float) -> None:
        """Get a login prompt after a restart that was wanted; the session is over.

        Raises `LinkTimeout` when none comes.
        """
        with self._session.exclusive():
            self._forsake()
            self._session.expect({"login": LOGIN}, timeout_s, "wait for the login prompt", boots=True)

    def restart(self, command: str, timeout_s: float) -> None:
        """Set the machine going anew with this command, and wait for its login prompt; the session is over."""
        with self._session.exclusive():
            if self._prompt is None:
                raise DeviceError(f"{self.resource}: {command[:60]!r} not sent: nobody is logged in; log in first")
            self._forsake()
            self._session.type(command.encode("utf-8"), command)
            self._session.expect({"login": LOGIN}, timeout_s, command, boots=True)

    def log_out(self) -> None:
        """Close the session; without one there is nothing to do."""
        with self._session.exclusive():
            if self._prompt is None or self._session.broken is not None:
                self._prompt = None
                return
            self._prompt = None
            self._session.text.clear()
            self._session.type(b"exit", "exit")
            self._session.expect({"login": LOGIN}, self.timeout_s, "exit")

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold the console over several commands; other threads wait."""
        return self._session.exclusive()

    def _forsake(self) -> None:
        """Drop what came, and what broke the session: a login begins anew."""
        self._prompt = None
        self._session.broken = None
        self._session.forget()

    def _hang_up(self) -> None:
        self._session.close()
