"""What a console shows of ports, PCIe, sensors and traffic: read strictly, or refused."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.device_documents.frame_test import parse_loopback, parse_snake
from drivers.device_documents.ip_link import LinuxLink, parse_links
from drivers.device_documents.lm_sensors import parse_lm_sensors
from drivers.device_documents.mlxlink import parse_link_counters
from drivers.device_documents.pcie_tree import parse_pcie_tree
from drivers.device_documents.perftest import parse_write_bandwidth
from drivers.device_documents.sonic_interfaces import parse_error_correction, parse_flaps, parse_interfaces
from drivers.errors import DocumentError

STATUS = """\
  Interface            Lanes    Speed    MTU    FEC    Alias    Vlan    Oper    Admin    Type    Asym PFC
-----------  ---------------  -------  -----  -----  -------  ------  ------  -------  ------  ----------
  Ethernet0  0,1,2,3,4,5,6,7     400G   9100     rs     etp1  routed      up       up    OSFP         off
  Ethernet8             8,9      100G   9100     rs    etp2a  routed    down       up     N/A         off
"""
FEC = """\
    IFACE    STATE    FEC_CORR    FEC_UNCORR    FEC_SYMBOL_ERR    FEC_PRE_BER    FEC_POST_BER
---------  -------  ----------  ------------  ----------------  -------------  --------------
Ethernet0        U        1234             0              1234       1.50e-08        0.00e+00
Ethernet8        D         N/A           N/A               N/A            N/A             N/A
"""
FLAPS = """\
  Interface    Flap Count    Admin    Oper    Link Down TimeStamp(UTC)    Link Up TimeStamp(UTC)
-----------  ------------  -------  ------  --------------------------  ------------------------
  Ethernet0             3       Up      Up                       Never                     Never
"""
PCIE = """\
17:00.0 Ethernet controller: Mellanox Technologies MT2910 Family [ConnectX-7]
\t\tLnkCap:\tPort #0, Speed 32GT/s, Width x16, ASPM not supported
\t\tLnkSta:\tSpeed 32GT/s, Width x8 (downgraded)
\t\t\t[PN] Part number: MCX75310AAS-NEAT
\t\t\t[SN] Serial number: MT2240XZ0001

18:00.0 Host bridge: Intel Corporation Device 09a2 (rev 04)
"""
WRITE = """\
---------------------------------------------------------------------------------------
 #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]
 65536      7487000          0.00               392.53             0.748690
---------------------------------------------------------------------------------------
"""
COUNTERS = """\
Physical Counters and BER Info
------------------------------
Time Since Last Clear [Min]        : 2.3
Effective Physical BER             : 15E-255
Raw Physical BER                   : 2E-09
Link Down Counter                  : 1
"""
SNAKE = '{"test":"snake","ports":32,"seconds":10.0,"frame_bytes":1518,"frames_sent":100,"frames_received":98}'
LOOPBACK = '{"test":"loopback","ports":{"Ethernet0":{"frames_sent":5,"frames_received":5}}}'
SENSORS = '{"chip":{"Adapter":"ISA","core":{"in0_input":0.85,"in0_max":0.9},"fan1":{"fan1_input":12000.0}}}'
LINKS = (
    '[{"ifname":"lo","operstate":"UNKNOWN","link_type":"loopback","address":"00:00:00:00:00:00"},'
    '{"ifname":"e0","operstate":"UP","link_type":"ether","address":"02:52:4e:00:00:01"}]'
)
PARSERS: dict[Callable[..., Any], str] = {
    parse_interfaces: STATUS,
    parse_error_correction: FEC,
    parse_flaps: FLAPS,
    parse_pcie_tree: PCIE,
    parse_write_bandwidth: WRITE,
    parse_link_counters: COUNTERS,
    parse_snake: SNAKE,
    parse_loopback: LOOPBACK,
    parse_lm_sensors: SENSORS,
    parse_links: LINKS,
}
every_parser = pytest.mark.parametrize("parse", PARSERS)


def test_every_document_is_read() -> None:
    """Values in SI units, what is not given as None."""
    first, second = parse_interfaces(STATUS)
    assert (first.lanes, first.speed_bit_s, first.is_up, first.module) == (tuple(range(8)), 400e9, True, "OSFP")
    assert (second.lanes, second.speed_bit_s, second.is_up, second.module) == ((8, 9), 100e9, False, None)
    up, down = parse_error_correction(FEC)
    assert (up.corrected, up.uncorrected, up.pre_fec_ber) == (1234, 0, 1.5e-8)
    assert (down.is_up, down.corrected, down.pre_fec_ber) == (False, None, None)
    assert parse_flaps(FLAPS) == {"Ethernet0": 3}
    adapter, bridge = parse_pcie_tree(PCIE)
    assert (adapter.capable_width, adapter.width, adapter.speed_gts, adapter.serial) == (16, 8, 32.0, "MT2240XZ0001")
    assert (bridge.width, bridge.serial) == (None, None)
    assert parse_write_bandwidth(WRITE) == 392.53e9
    counters = parse_link_counters(COUNTERS)
    assert (counters.raw_ber, counters.link_downs) == (2e-9, 1)
    assert counters.effective_ber == pytest.approx(0.0, abs=1e-250)
    assert parse_snake(SNAKE).count.lost == 2
    assert parse_loopback(LOOPBACK)["Ethernet0"].lost == 0
    assert [(one.label, one.value, one.unit) for one in parse_lm_sensors(SENSORS)] == [
        ("core", 0.85, "V"),
        ("fan1", 12000.0, "1/min"),
    ]
    assert parse_links(LINKS) == (LinuxLink("e0", True, "02:52:4e:00:00:01"),)


@every_parser
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_cut_document_is_refused_or_is_a_part_that_stands_for_itself(
    parse: Callable[..., Any], data: st.DataObject
) -> None:
    """Cut anywhere: an error, or the same things with some of them missing at the end, never another value."""
    document = PARSERS[parse]
    cut = data.draw(st.integers(0, len(document) - 1))
    try:
        found = parse(document[:cut])
    except DocumentError:
        return
    whole = parse(document)
    if isinstance(whole, tuple):
        # A function of the PCIe tree may lose what stands below it: no link and no serial number, never another.
        assert len(found) <= len(whole)
        for one, true in zip(found, whole, strict=False):
            for name in type(true).__slots__:
                assert getattr(one, name) in (getattr(true, name), None)
    elif isinstance(whole, dict):
        assert found.items() <= whole.items()
    else:
        assert found == whole


@every_parser
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_hostile_bytes_are_an_error_by_name_or_a_reading(parse: Callable[..., Any], data: st.DataObject) -> None:
    """Bytes exchanged anywhere raise nothing but `DocumentError`."""
    document = bytearray(PARSERS[parse].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DocumentError):
        parse(bytes(document))


@pytest.mark.parametrize(
    ("parse", "document", "what"),
    [
        (parse_interfaces, STATUS.replace("Ethernet8", "Ethernet0"), "twice"),
        (parse_interfaces, STATUS.replace("400G", "fast"), "is no speed"),
        (parse_interfaces, STATUS.replace("  down", "maybe "), "neither up nor down"),
        (parse_error_correction, FEC.replace("1.50e-08", "     N/A"), "is 'U' with"),
        (parse_error_correction, FEC.replace("1.50e-08", "1.50e+08"), "is no ratio"),
        (parse_pcie_tree, PCIE.replace("LnkSta", "LnkXXX"), "LnkCap alone"),
        (parse_pcie_tree, PCIE.replace("18:00.0", "17:00.0"), "listed twice"),
        (parse_write_bandwidth, "Couldn't connect to peer\n", "the last line is"),
        (parse_write_bandwidth, WRITE.replace("Gb/sec", "MB/sec"), "no header in Gb/sec"),
        (parse_link_counters, COUNTERS.replace("Raw Physical BER", "Raw Physical XXX"), "has no 'Raw Physical BER'"),
        (parse_snake, SNAKE.replace("98", "101"), "101 frames came back of 100"),
        (parse_snake, LOOPBACK, "not 'snake'"),
        (parse_links, LINKS.replace("02:52:4e:00:00:01", "02:52:4e:00:00"), "no MAC address"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(parse: Callable[..., Any], document: str, what: str) -> None:
    """What is told twice, half, or in other units."""
    with pytest.raises(DocumentError, match=what):
        parse(document)
