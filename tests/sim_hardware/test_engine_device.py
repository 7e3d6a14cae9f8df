"""The device behind every wire: paths, suffixes, status model, error queue, processing time."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.clock import VirtualClock
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.scpi_grammar import ScpiError, number, scpi
from sim_hardware.status import ErrorQueue, StatusRegister, event_bit


class Supply(ScpiDevice):
    """A two-output supply with something of everything."""

    idn = "ACME,PS2,17,1.0"
    error_depth = 5

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        super().__init__(clock, rng)
        self.voltage = {1: 0.0, 2: 0.0}
        self.curve = b""
        self.name = ""

    def reset(self) -> None:
        self.voltage = dict.fromkeys(self.voltage, 0.0)

    @scpi("[SOURce#:]VOLTage[:LEVel]")
    def set_voltage(self, output: int, volts: str) -> None:
        if output not in self.voltage:
            raise ScpiError(-114, "Header suffix out of range")
        self.voltage[output] = number(volts, 0, 60, "V")

    @scpi("[SOURce#:]VOLTage[:LEVel]?")
    def get_voltage(self, output: int) -> str:
        return f"{self.voltage[output]:.3f}"

    @scpi("[SOURce#:]CURRent?")
    def get_current(self, output: int) -> str:
        return f"0.{output}"

    @scpi("ROUTe#:STEP#:NAME?")
    def get_name(self, route: int, step: int) -> str:
        return f"{route}-{step}"

    @scpi("SYSTem:COMMunicate:RS232:BAUD?")
    def get_baud(self) -> str:
        return "9600"

    @scpi("LIST")
    def set_list(self, first: str, second: str = "none") -> None:
        self.name = f"{first}/{second}"

    @scpi("CURVe")
    def set_curve(self, content: bytes) -> None:
        self.curve = content

    @scpi("CURVe?")
    def get_curve(self) -> bytes:
        return b"#3002" + b"\x00\xff"

    @scpi("CALibrate", delay=3.0)
    def calibrate(self) -> None: ...

    @scpi("INITiate")
    def sweep(self) -> None:
        self.start_operation(10.0)

    @scpi("FETCh?")
    def fetch(self) -> str:
        self.busy(0.5)
        return "1.5"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def supply(clock) -> Supply:
    return Supply(clock, random.Random(1))


def ask(device: ScpiDevice, message: str) -> str | None:
    """The answer to a message without its terminator."""
    answer, _ = device.execute(message)
    return None if answer is None else answer.decode("latin-1").removesuffix("\n")


def errors(device: ScpiDevice) -> list[int]:
    """The numbers in the error queue, oldest first; empties it."""
    found = []
    while (answer := ask(device, "SYST:ERR?") or "") != '+0,"No error"':
        found.append(int(answer.split(",")[0]))
    return found


spellings = st.builds(
    lambda source, volt, level, lead: lead + source + volt + level,
    st.sampled_from(["", "SOUR:", "SOURCE:", "sour1:", "Source1:", "SOUR01:"]),
    st.sampled_from(["VOLT", "VOLTAGE", "volt", "Voltage"]),
    st.sampled_from(["", ":LEV", ":LEVEL", ":level"]),
    st.sampled_from(["", ":"]),
)


@given(spellings, spellings)
def test_all_spellings_reach_the_same_command(write, read):
    """Short and long forms, any case, default nodes and the suffix 1 are one and the same."""
    supply = Supply(VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), random.Random(1))
    assert ask(supply, f"{write} 12.5") is None
    assert ask(supply, f"{read}?") == "12.500"
    assert errors(supply) == []


@pytest.mark.parametrize(
    "header", ["VOLTA", "VOL", "VOLTAGEX", "SOUR:", "1VOLT", "VOLT:LEVE", "*IDN", "SYST", "VOLT??"]
)
def test_no_other_spelling_exists(supply, header):
    """An abbreviation is exactly the short form; what is not defined is -113."""
    ask(supply, f"{header} 1")
    assert errors(supply) == [-113]


def test_numeric_suffixes_choose_the_output(supply):
    """SOUR2 is not SOUR1, and an output that does not exist is refused by the instrument."""
    ask(supply, "SOUR2:VOLT 5;:SOUR1:VOLT 3")
    assert ask(supply, "SOUR2:VOLT?;:VOLT?") == "5.000;3.000"
    ask(supply, "SOUR3:VOLT 1")
    assert errors(supply) == [-114]


def test_every_suffix_of_a_header_is_read(supply):
    """Two suffixed nodes are two arguments, in their order, each 1 when not written."""
    assert ask(supply, "ROUT2:STEP13:NAME?;:ROUT:STEP4:NAME?;:ROUTE3:STEP:NAME?") == "2-13;1-4;3-1"


def test_digits_may_belong_to_the_mnemonic(supply):
    """RS232 is a word, not RS with a suffix."""
    assert ask(supply, "SYST:COMM:RS232:BAUD?") == "9600"


def test_a_semicolon_stays_on_the_path_and_a_colon_leaves_it(supply):
    """The next header starts where the last one branched off; common commands do not move the path."""
    assert ask(supply, "SOUR2:VOLT 7;VOLT?;*IDN?;CURR?;:CURR?") == "7.000;ACME,PS2,17,1.0;0.2;0.1"
    assert errors(supply) == []


def test_a_header_unknown_on_the_path_is_sought_from_the_root(supply):
    """As most instruments do."""
    assert ask(supply, "SYST:ERR:COUN?;VOLT?") == "0;0.000"


def test_a_command_error_ends_the_message_and_keeps_earlier_answers(supply):
    """What follows an undefined header is not executed: an error query in the same message is lost with it."""
    assert ask(supply, "*IDN?;NONSENSE;VOLT 9;:SYST:ERR?") == "ACME,PS2,17,1.0"
    assert ask(supply, "VOLT?") == "0.000"
    assert errors(supply) == [-113]


def test_an_execution_error_ends_only_its_unit(supply):
    """A value out of range is refused and the message goes on."""
    assert ask(supply, "VOLT 99;VOLT?") == "0.000"
    assert errors(supply) == [-222]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("LIST", -109),
        ("LIST 1,2,3", -108),
        ("VOLT? 1", -108),
        ("VOLT", -109),
        ("VOLT #15abcde", -168),
        ("VOLT 1 A", -131),
        ("CURV #19short", -161),
        ('LIST "open', -151),
        ("*TRG", -211),
        ("*ESE 256", -222),
    ],
)
def test_parameters_are_counted_and_typed(supply, message, code):
    """Too few, too many, of the wrong kind, or cut short: each has its number."""
    assert ask(supply, message) is None
    assert errors(supply) == [code]


def test_strings_come_unquoted_and_optional_parameters_may_lack(supply):
    """A quoted list is one parameter."""
    ask(supply, 'LIST "1,2;3,4"')
    assert supply.name == "1,2;3,4/none"
    ask(supply, "LIST\ta , 'b'")
    assert supply.name == "a/b"


@given(st.binary(max_size=300))
def test_blocks_go_both_ways_unchanged(content):
    """Any byte may stand in a block, the last one too."""
    supply = Supply(VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), random.Random(1))
    length = str(len(content))
    message = b"CURV #%d%s%s;*OPC?" % (len(length), length.encode(), content)
    assert ask(supply, message.decode("latin-1")) == "1"
    assert supply.curve == content
    assert supply.execute("CURV?;*OPC?")[0] == b"#3002\x00\xff;1\n"


@given(st.lists(st.sampled_from(["VOLT 99", "*RST", "BAD", "SYST:ERR?", "*ESR?", "VOLT 1"]), max_size=30))
def test_reset_never_touches_the_error_queue(messages):
    """With and without *RST in between, the same errors are there to be read."""
    seen = []
    for program in (messages, [message for message in messages if message != "*RST"]):
        supply = Supply(VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), random.Random(1))
        answers = [ask(supply, message) for message in program]
        seen.append(([answer for answer in answers if answer is not None], errors(supply)))
    assert seen[0] == seen[1]


def test_reset_does_what_the_model_says(supply):
    """*RST calls the model's own reset."""
    ask(supply, "VOLT 5;*RST")
    assert ask(supply, "VOLT?") == "0.000"


def test_clear_status_empties_the_queue(supply):
    """*CLS forgets errors and events, and nothing that was set."""
    ask(supply, "VOLT 5;VOLT 99;*CLS")
    assert errors(supply) == []
    assert ask(supply, "*ESR?") == "0"
    assert ask(supply, "VOLT?") == "5.000"


def test_a_full_error_queue_keeps_the_oldest_cause(supply):
    """The newest entry becomes -350 and what comes after is lost, until there is room again."""
    for _ in range(9):
        ask(supply, "VOLT 99")
    assert ask(supply, "SYST:ERR:COUN?") == "5"
    assert errors(supply) == [-222] * 4 + [-350]
    ask(supply, "BAD")
    assert errors(supply) == [-113]


@given(st.integers(2, 9), st.lists(st.integers(1, 500).map(lambda code: -code), max_size=30))
def test_the_error_queue_is_first_in_first_out(depth, codes):
    """Up to the depth everything comes back in order; beyond it the last is the overflow."""
    queue = ErrorQueue(depth)
    for code in codes:
        queue.push(code, "x")
    expected = codes if len(codes) <= depth else [*codes[: depth - 1], -350]
    assert [queue.pop()[0] for _ in range(len(queue))] == expected
    assert queue.pop() == (0, "No error")


def test_an_error_queue_holds_at_least_two():
    """SCPI-99 asks for it."""
    with pytest.raises(ValueError, match="two"):
        ErrorQueue(1)


@pytest.mark.parametrize(
    ("code", "bit"), [(-113, 0x20), (-222, 0x10), (-350, 0x08), (-410, 0x04), (101, 0x08), (-500, 0x80), (-800, 0x01)]
)
def test_errors_set_their_bit_of_the_event_register(code, bit):
    """Command, execution, device, query, power on, operation complete."""
    assert event_bit(code) == bit


def test_event_status_is_cleared_by_reading(supply):
    """Power on and a command error are both remembered, once."""
    ask(supply, "BAD")
    assert ask(supply, "*ESR?") == str(0x80 | 0x20)
    assert ask(supply, "*ESR?") == "0"


def test_the_status_byte_sums_up(supply):
    """Queue, message available, event summary and service request each show in their bit."""
    ask(supply, "*CLS;*ESE 32;*SRE 32")
    assert ask(supply, "*STB?;*ESE?;*SRE?") == "0;32;32"
    ask(supply, "BAD")
    assert supply.status_byte(message_available=True) == 0x04 | 0x10 | 0x20 | 0x40
    ask(supply, "*CLS")
    assert supply.status_byte(message_available=False) == 0


def test_a_service_request_cannot_enable_itself(supply):
    """Bit 6 of the enable register reads 0 (IEEE 488.2)."""
    assert ask(supply, "*SRE 255;*SRE?") == str(255 & ~0x40)


def test_a_condition_is_remembered_when_it_rises():
    """An event stays until it is read, whatever the condition does meanwhile."""
    register = StatusRegister()
    register.enable = 0b10
    register.set_condition(0b01)
    assert not register.summary
    register.set_condition(0b11)
    assert register.summary
    assert register.take_event() == 0b11
    assert not register.summary
    register.set_condition(0b10)  # lasts, but did not rise again
    register.set_condition(0b00)
    assert register.take_event() == 0


def test_processing_time_delays_every_later_answer(supply, clock):
    """A command that takes 3 s makes *OPC? and any other query wait, but not the client that only writes."""
    supply.execute("CAL")
    assert clock.now() == 0
    assert supply.execute("*OPC?")[1] == 3
    assert supply.execute("VOLT?")[1] == 3
    clock.sleep(5)
    assert supply.execute("VOLT?")[1] == 5
    assert supply.execute("FETC?;FETC?")[1] == 6


def test_an_overlapped_operation_delays_only_those_who_wait_for_it(supply, clock):
    """While a sweep runs the error queue can be read; *OPC? answers at its end."""
    supply.execute("INIT")
    assert supply.execute("SYST:ERR?")[1] == 0
    assert supply.execute("*OPC?")[1] == 10
    clock.sleep(20)
    supply.execute("INIT;*WAI")
    assert supply.execute("VOLT?")[1] == 30


def test_operation_complete_shows_in_the_status_byte_at_its_time(supply, clock):
    """*OPC and a poll of the status byte find the end of a sweep without a query."""
    ask(supply, "*CLS;*ESE 1;INIT;*OPC")
    assert supply.status_byte(message_available=False) == 0
    clock.sleep(9.9)
    assert ask(supply, "*ESR?") == "0"
    clock.sleep(0.1)
    assert supply.status_byte(message_available=False) == 0x20
    assert ask(supply, "*ESR?") == "1"


@pytest.mark.parametrize("message", ["*CLS", "*RST"])
def test_clear_and_reset_cancel_operation_complete(supply, clock, message):
    """Neither leaves a promise of the past behind."""
    ask(supply, f"*CLS;INIT;*OPC;{message}")
    clock.sleep(20)
    assert ask(supply, "*ESR?") == "0"


def test_reset_aborts_an_operation(supply):
    """After *RST nobody waits for the sweep that it ended."""
    supply.execute("INIT")
    supply.execute("*RST")
    assert supply.execute("*OPC?")[1] == 0


def test_identity_belongs_to_the_unit(clock):
    """Two of one model differ in their serial number."""
    first, second = Supply(clock, random.Random(1)), Supply(clock, random.Random(1))
    second.idn = "ACME,PS2,18,1.0"
    assert (ask(first, "*IDN?"), ask(second, "*IDN?")) == ("ACME,PS2,17,1.0", "ACME,PS2,18,1.0")


def test_a_model_may_replace_what_it_inherits(clock):
    """A variant answers a header its own way, by method name or by header."""

    class Old(Supply):
        @scpi("SYSTem:VERSion?")
        def old_version(self) -> str:
            return "1992.0"

        def get_baud(self) -> str:
            return "300"

    assert ask(Old(clock, random.Random(1)), "SYST:VERS?;:SYST:COMM:RS232:BAUD?") == "1992.0;300"


def test_one_header_cannot_have_two_methods():
    """Found when the class is defined, not on the first message."""
    with pytest.raises(TypeError, match="VOLTAGE belongs to both first and second"):

        class Twice(ScpiDevice):
            @scpi("VOLTage")
            def first(self, volts: str) -> None: ...

            @scpi("[SOURce:]VOLTage")
            def second(self, volts: str) -> None: ...


def test_a_method_must_take_its_suffixes():
    """A pattern with a suffix needs an argument for it."""
    with pytest.raises(TypeError, match="1 suffixes"):

        class Deaf(ScpiDevice):
            @scpi("OUTPut#?")
            def output(self) -> str:
                return "0"


@given(st.text("VOLTSYERCUI;:#\"'(@),?* \t\r019.", max_size=40) | st.text(max_size=40))
def test_no_message_breaks_the_parser(message):
    """Whatever comes in, the device answers or refuses; it never raises."""
    supply = Supply(VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), random.Random(1))
    supply.execute(message.encode("latin-1", "replace").decode("latin-1"))
    assert ask(supply, "*IDN?") == "ACME,PS2,17,1.0"
