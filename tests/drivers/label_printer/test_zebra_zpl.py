"""The bus trace of the label printer, and the same driver against the simulated one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.capabilities import LabelField, PrinterStatus
from drivers.errors import DeviceError, Garbled, InstrumentError, LinkError, LinkTimeout, OutOfRange
from drivers.exchange import Row, expected_exchange
from drivers.label_printer.zebra_zpl import ZebraZpl
from drivers.place import Place
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault, FaultKind

IDENTITY = ("~HI", "\x02ZT411-300dpi,V92.21.16Z,12,8176KB\x03")
SERIAL = LabelField("data_matrix", "DAC0001", 0.005, 0.005, 0.0005)
TEXT = LabelField("text", "DAC0001", 0.005, 0.015, 0.003)
ZPL = "^XA^CI28^FO60,60^BXN,6,200,,,,\\^FH^FDDAC0001^FS^FO60,180^A0N,36^FH^FDDAC0001^FS^PQ2,0,0,N^XZ\n"


def status(
    *, paper_out: int = 0, paused: int = 0, head_up: int = 0, ribbon_out: int = 0, formats: int = 0, remaining: int = 0
) -> Row:
    return "~HS", (
        f"\x02030,{paper_out},{paused},1245,{formats:03d},0,0,0,000,0,0,0\x03\r\n"
        f"\x02000,0,{head_up},{ribbon_out},0,2,4,0,{remaining:08d},1,000\x03\r\n"
        "\x021234,0\x03\r\n"
    ).encode()


def test_opening_asks_who_it_is_and_prints_nothing() -> None:
    """What waits in a printer may be another station's: nothing is cancelled."""
    with expected_exchange(ZebraZpl, IDENTITY, opening=True, serial="P1") as printer:
        assert (printer.identity.model, printer.identity.firmware) == ("ZT411-300dpi", "V92.21.16Z")


def test_what_is_no_printer_is_refused() -> None:
    """A terminal server answers too, and prints serial numbers nowhere."""
    rows = (("~HI", "login:"), ("~HI", LinkTimeout("no answer")), ("~HI", LinkTimeout("no answer")))
    with pytest.raises(LinkTimeout), expected_exchange(ZebraZpl, *rows, opening=True):
        raise AssertionError("opened")


def test_a_label_is_sent_to_an_idle_printer_and_waited_for() -> None:
    """Status, label, and status until nothing is left."""
    rows = (IDENTITY, status(), (ZPL, None), status(formats=1), status(remaining=1), status())
    with expected_exchange(ZebraZpl, *rows) as printer:
        printer.print_label((SERIAL, TEXT), copies=2)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"paper_out": 1}, "the paper is out"),
        ({"head_up": 1, "paused": 1}, "the head is open; it is paused"),
        ({"ribbon_out": 1}, "the ribbon is out"),
        ({"remaining": 3}, "0 formats and 3 labels are not printed"),
    ],
)
def test_a_printer_that_is_not_ready_is_sent_nothing(flags: dict[str, int], message: str) -> None:
    """A label that waits for paper would come out when its unit is long gone."""
    with (
        expected_exchange(ZebraZpl, IDENTITY, status(**flags)) as printer,
        pytest.raises(DeviceError, match=f"nothing was printed: {message}"),
    ):
        printer.print_label((TEXT,))


def test_a_printer_that_stops_on_the_way_is_cleared() -> None:
    """The end of the roll: what is left does not come out later, unasked."""
    rows = (IDENTITY, status(), (ZPL, None), status(paper_out=1, remaining=1), ("~JA\n", None))
    with (
        expected_exchange(ZebraZpl, *rows) as printer,
        pytest.raises(DeviceError, match=r"2 labels were sent and printing stopped: the paper is out.*cancelled"),
    ):
        printer.print_label((SERIAL, TEXT), copies=2)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x02030,0,0,1245,000,0,0,0,000,0,0\x03\r\n",
        b"\x02030,0,0,1245,000,0,0,0,000,0,0,2\x03\r\n",
        b"030,0,0,1245,000,0,0,0,000,0,0,0\r\n",
        b"\x02ZT411-300dpi,V92.21.16Z,12,8176KB\x03\r\n",
    ],
)
def test_a_status_that_is_none_is_refused(answer: bytes) -> None:
    """A field less, a flag that is none, no frame, or the answer to another question."""
    rest = b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
    with expected_exchange(ZebraZpl, ("~HS", answer + rest)) as printer:
        with pytest.raises(Garbled):
            printer.read_status()
        with pytest.raises(LinkError, match="call resync"):
            printer.read_status()


def test_a_printer_that_is_silent_says_so_with_a_hint() -> None:
    """Some firmwares answer nothing while the head is open."""
    with expected_exchange(ZebraZpl, ("~HS", LinkTimeout("no answer"))) as printer:
        with pytest.raises(LinkTimeout) as raised:
            printer.read_status()
        assert "head open" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("fields", "copies", "message"),
    [
        ((), 1, "without a field"),
        ((TEXT,), 0, "outside 1 to 999"),
        ((LabelField("text", "", 0.0, 0.0, 0.003),), 1, "are none"),
        ((LabelField("text", "a\x1db", 0.0, 0.0, 0.003),), 1, "cannot say"),
        ((LabelField("code_128", "µ", 0.0, 0.0, 0.003),), 1, "cannot say"),
        ((LabelField("data_matrix", "a\nb", 0.0, 0.0, 0.0005),), 1, "cannot say"),
        ((LabelField("data_matrix", "\\|{}", 0.0, 0.0, 0.0005),), 1, "one must be free"),
        ((LabelField("text", "a", -0.001, 0.0, 0.003),), 1, "outside 0 to"),
        ((LabelField("text", "a", float("nan"), 0.0, 0.003),), 1, "outside 0 to"),
        ((LabelField("text", "a", 0.0, 0.0, 0.00001),), 1, "smaller than a dot"),
    ],
)
def test_a_label_that_cannot_be_meant_is_refused_before_the_wire(
    fields: tuple[LabelField, ...], copies: int, message: str
) -> None:
    """Refused, never shortened."""
    rows = (IDENTITY,) if copies else ()
    with expected_exchange(ZebraZpl, *rows) as printer, pytest.raises(OutOfRange, match=message):
        printer.print_label(fields, copies)


def test_a_label_over_a_real_socket(tcp_instrument: Any, place: Place) -> None:
    """Port 9100 is a raw socket: no greeting, no acknowledgement, frames that end in CR LF."""
    taken: list[bytes] = []

    def serve(stream: BinaryIO, _: int) -> None:
        answers = {b"~HI": IDENTITY[1].encode() + b"\r\n", b"~HS": status()[1]}
        for line in stream:
            answer = answers.get(line.strip())
            if answer is None:
                taken.append(line.strip())
            else:
                stream.write(cast(bytes, answer))
                stream.flush()

    with ZebraZpl.open(tcp_instrument(serve).resource, place, serial="P1") as printer:
        printer.print_label((SERIAL, TEXT), copies=2)
    assert taken == [ZPL.strip().encode()]


Bench = Callable[..., tuple[ZebraZpl, Any]]


@pytest.fixture
def simulated() -> Iterator[Bench]:
    """A driver and the simulated printer that it is connected to."""
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    with SimulatedBench("label printer", 7, clock) as bench, Place(clock=clock) as place:

        def connect(fault: Fault | None = None, **options: Any) -> tuple[ZebraZpl, Any]:
            resource = "sim://label printer/printer"
            bench.add_instrument("printer", "zebra_zpl", resource, "P1", **options)
            driver = ZebraZpl.open(resource, place, timeout_s=1.0)
            if fault is not None:
                bench.inject(resource, fault)
            return driver, bench._instruments["printer"]

        yield connect


def test_a_simulated_printer_keeps_what_a_reader_would_find(simulated: Bench) -> None:
    """Twice, at the place given, in dots of its head."""
    driver, printer = simulated(dots_per_mm=8)
    driver.print_label((SERIAL, TEXT), copies=2)
    assert len(printer.printed) == 2
    label = printer.printed[0]
    assert label.content("data_matrix") == label.content("text") == "DAC0001"
    assert [(field.x, field.y) for field in label.fields] == [(40, 40), (40, 120)]
    assert driver.read_status() == PrinterStatus((), 0, 0)


@pytest.mark.parametrize("kind", ["text", "code_128", "data_matrix"])
def test_no_content_becomes_a_command(simulated: Bench, kind: Any) -> None:
    """Carets, tildes, underscores, angle brackets and separators come out as they went in."""
    driver, printer = simulated()
    content = (
        "^XZ~JA_5E ^FD>;<\\" + ("\x1e06\x1d\x04" if kind == "data_matrix" else "") + ("µΩ" if kind == "text" else "")
    )
    driver.print_label((LabelField(kind, content, 0.0, 0.0, 0.001),))
    assert [label.content(kind) for label in printer.printed] == [content]


def test_a_simulated_printer_that_runs_out_prints_what_it_can_and_is_cleared(simulated: Bench) -> None:
    """Two labels on the roll, three wanted; after a new roll nothing more comes out."""
    driver, printer = simulated(labels=2)
    with pytest.raises(DeviceError, match="the paper is out"):
        driver.print_label((TEXT,), copies=3)
    assert len(printer.printed) == 2
    printer.load(100)
    assert driver.read_status().ready
    assert len(printer.printed) == 2
    printer.set_fault(head_open=True)
    with pytest.raises(DeviceError, match="nothing was printed: the head is open"):
        driver.print_label((TEXT,))


def test_a_simulated_printer_may_be_silent_when_open(simulated: Bench) -> None:
    """After the head is closed the conversation is found again."""
    driver, printer = simulated(silent_faults=True)
    printer.set_fault(head_open=True)
    with pytest.raises(LinkTimeout):
        driver.print_label((TEXT,))
    printer.set_fault(head_open=False)
    driver.resync()
    driver.print_label((TEXT,))
    assert len(printer.printed) == 1


@pytest.mark.parametrize("kind", ["drop", "delay", "garbage", "truncate", "split", "stale", "duplicate", "close"])
def test_a_bad_wire_never_makes_two_labels_of_one(simulated: Bench, kind: FaultKind) -> None:
    """Whatever happens to its answers, a print that ends well printed once, and one that fails at most once."""
    driver, printer = simulated(Fault(kind, probability=0.1, count=3, seconds=0.05))
    for _ in range(20):
        before = len(printer.printed)
        try:
            driver.print_label((TEXT,))
        except InstrumentError:
            try:
                driver.resync()
                # What was sent before the wire failed comes out before the next label is begun.
                driver.clock.sleep(2.0)
                driver.read_status()
            except InstrumentError:
                driver.clock.sleep(2.0)
            assert len(printer.printed) - before <= 1
        else:
            assert len(printer.printed) - before == 1
    assert printer.printed


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), min_size=1, max_size=40))
def test_a_format_holds_no_prefix_but_its_own(content: str) -> None:
    """However a text is made, the commands of its format are those of a label and nothing else."""
    from drivers.label_printer._zpl import label_format

    try:
        made = label_format("printer", (LabelField("text", content, 0.0, 0.0, 0.003),), 1, 12)
    except OutOfRange:
        return
    assert made.isascii()
    assert [part[:2] for part in made.split("^")[1:]] == ["XA", "CI", "FO", "A0", "FH", "FD", "FS", "PQ", "XZ"]
    assert "~" not in made
