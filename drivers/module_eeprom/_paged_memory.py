"""The memory of a pluggable module as the bus shows it: a lower half, and an upper half chosen by bank and page.

CMIS and SFF-8636 put both at device 50h. What the bytes mean is not this file's business.
"""

from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.clock import Clock
from drivers.errors import DeviceError, LinkError, LinkLost, OutOfRange
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.smbus import SmbusBus
from drivers.wire_driver import WireDriver

ADDRESS: Final = 0x50
HALF: Final = 128
_BANK_SELECT: Final = 126
_PAGE_SELECT: Final = 127
_FIRST_BANKED: Final = 0x10
"""Pages from here on may have banks (CMIS)."""
_SFF8636: Final = frozenset({0x0C, 0x0D, 0x11})
"""Identifiers (SFF-8024) of QSFP, QSFP+ and QSFP28, whose map is SFF-8636."""
_WRITE_SFF8636: Final = 4
_WRITE_CMIS: Final = 8
"""The most bytes of one write: four by SFF-8636, eight by CMIS."""
_WRITE_CYCLE_S: Final = 0.08
"""The longest a non-volatile write may take (CMIS, tWR), during which the module does not acknowledge."""
_POLL_S: Final = 0.005


class PagedMemory(WireDriver):
    """Base of drivers for modules: bytes of pages, read and written, on an SMBus."""

    __slots__ = ("_bus",)

    wire: ClassVar[str] = "two-wire bus"

    def __init__(
        self,
        resource: str,
        bus: SmbusBus,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
    ) -> None:
        super().__init__(resource, identity, clock, calibration_due)
        self._bus = bus

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
        """Open the bus, saying nothing to it; `options` are the driver's."""
        return cls(resource, place.smbus(resource), identity, place.clock, calibration_due, **options)

    def read_page(self, page: int, bank: int = 0) -> bytes:
        """Get the 256 bytes seen with this upper page (0 to 255) selected: lower memory, then the page.

        Whatever flags stand there are cleared by it. Raises `OutOfRange`, `LinkError` when no module answers,
        `DeviceError` when the module has no such page.
        """
        self._check(page, bank)
        self._select(page, bank)
        return self._read(0, 2 * HALF)

    def write(self, page: int, offset: int, content: bytes, bank: int = 0) -> None:
        """Set bytes of a page (offset 0..255) and prove it by reading back.

        Raises `OutOfRange` for bytes beyond the map or the bank and page selectors, `LinkError` when the module does
        not acknowledge (write-protected, or gone), `DeviceError` when it acknowledged and holds something else.
        """
        end = offset + len(content)
        if not content or offset < 0 or end > 2 * HALF or not 0 <= page <= 0xFF:
            raise OutOfRange(f"{self.resource}: page {page}, {len(content)} bytes at {offset} are not in the map")
        if offset <= _PAGE_SELECT and end > _BANK_SELECT:
            raise OutOfRange(
                f"{self.resource}: bytes 126 and 127 select bank and page; they are not written as content"
            )
        self._check(page, bank)
        self._select(page, bank)
        identifier = self._read(0, 1)[0]
        step = _WRITE_SFF8636 if identifier in _SFF8636 else _WRITE_CMIS
        for start in range(0, len(content), step):
            piece = content[start : start + step]
            self._bus.write_block(ADDRESS, offset + start, piece)
            self._prove(page, offset + start, piece)

    def _check(self, page: int, bank: int) -> None:
        if not 0 <= page <= 0xFF:
            raise OutOfRange(f"{self.resource}: page {page} is outside 0 to 255")
        if not 0 <= bank <= 0xFF or (bank and page < _FIRST_BANKED):
            raise OutOfRange(f"{self.resource}: page {page:02X}h has no bank {bank}; pages from 10h on have banks")

    def _select(self, page: int, bank: int = 0) -> None:
        """Select a page, only when needed: a flat memory has no selector, a protected one may refuse even this.

        For pages that may have banks the bank is looked at too: another host may have left another one.
        """
        first = _BANK_SELECT if page >= _FIRST_BANKED else _PAGE_SELECT
        wanted = bytes((bank, page))[first - _BANK_SELECT :]
        found = self._read_patiently(first, len(wanted))
        if found == wanted:
            return
        # Byte 126 of SFF-8636 belongs to the password: it is left alone as long as it reads as wanted.
        at = first if found[:-1] != wanted[:-1] else _PAGE_SELECT
        self._bus.write_block(ADDRESS, at, wanted[at - first :])
        found = self._read_patiently(first, len(wanted))
        if found != wanted:
            named = f"page {page:02X}h" + (f" of bank {bank}" if bank else "")
            raise DeviceError(f"{self.resource}: the module has no {named} (it stays on {found[-1]:02X}h)")

    def _read(self, register: int, length: int, address: int = ADDRESS) -> bytes:
        content = self._bus.read_block(address, register, length)
        if len(content) != length:
            raise LinkError(f"{self.resource}: read of {length} bytes at {register} gave {len(content)}")
        return content

    def _read_patiently(self, register: int, length: int, address: int = ADDRESS) -> bytes:
        """Bytes that reading does not change, asked for again while a busy module does not acknowledge.

        Never used where flags stand: a read that was cut off would have cleared some of them.
        """
        deadline = self.clock.now() + _WRITE_CYCLE_S
        while True:
            try:
                return self._read(register, length, address)
            except LinkLost:
                raise
            except LinkError:
                if self.clock.now() >= deadline:
                    raise
            self.clock.sleep(_POLL_S)

    def _prove(self, page: int, offset: int, piece: bytes, address: int = ADDRESS) -> None:
        deadline = self.clock.now() + _WRITE_CYCLE_S
        while True:
            busy: LinkError | None = None
            found = b""
            try:
                found = self._read(offset, len(piece), address)
            except LinkLost:
                raise
            # A module that is still writing does not acknowledge: that, and only that, is asked again.
            except LinkError as error:
                busy = error
            if found == piece:
                return
            if self.clock.now() >= deadline:
                if busy is not None:
                    raise busy
                where = f"{self.resource}: page {page:02X}h byte {offset}"
                raise DeviceError(f"{where}: wrote {piece.hex()}, the module holds {found.hex()}")
            self.clock.sleep(_POLL_S)

    def _hang_up(self) -> None:
        self._bus.close()
