"""QCoDeS' published drivers against served instruments; run in the peers' environment, tells JSON."""

import json
import sys
import warnings
from contextlib import redirect_stdout

import qcodes
from qcodes.instrument_drivers.Keithley import Keithley2000, Keithley6500
from qcodes.instrument_drivers.Keysight import KeysightN5245A, KeysightN6705B

warnings.simplefilter("ignore")


def meter(resource):
    instrument = Keithley6500("meter", resource, visalib="@py")
    instrument.mode("dc voltage")
    return {"idn": instrument.get_idn(), "volt": instrument.amplitude()}


def old_meter(resource):
    instrument = Keithley2000("old_meter", resource, visalib="@py")
    instrument.mode("dc voltage")
    instrument.range(100)
    instrument.nplc(1)
    instrument.trigger_continuous(False)
    instrument.trigger()
    return {
        "idn": instrument.get_idn(),
        "volt": instrument.amplitude(),
        "range": instrument.range(),
        "cycles": instrument.nplc(),
    }


def modules(resource):
    instrument = KeysightN6705B("modules", resource, visalib="@py")
    instrument.ch1.source_voltage(5.0)
    instrument.ch1.enable("on")
    told = {
        "idn": instrument.get_idn(),
        "volt": instrument.ch1.voltage(),
        "ampere": instrument.ch1.current(),
        "on": instrument.ch1.enable(),
    }
    instrument.ch1.enable("off")
    return {**told, "off": instrument.ch1.enable()}


def analyser(resource):
    instrument = KeysightN5245A("analyser", resource, visalib="@py")
    instrument.start(1e9)
    instrument.stop(10e9)
    instrument.points(201)
    instrument.if_bandwidth(1e5)
    instrument.trace("S21")
    return {
        "idn": instrument.get_idn(),
        "parameter": instrument.trace(),
        "decibel": [float(value) for value in instrument.magnitude()],
        "degrees": [float(value) for value in instrument.phase()],
    }


EXERCISED = {
    "meter": (meter, "Keithley6500: function and DC voltage"),
    "old_meter": (old_meter, "Keithley2000: DC voltage on a trigger, range, integration time"),
    "modules": (modules, "KeysightN6705B: voltage of a channel, output on and off, meters, by channel lists"),
    "analyser": (analyser, "KeysightN5245A: traces, sweep until HOLD, magnitude and phase in 32-bit blocks"),
}

if __name__ == "__main__":
    resources = json.loads(sys.argv[1])
    with redirect_stdout(sys.stderr):
        told = {role: {"exercised": what, **act(resources[role])} for role, (act, what) in EXERCISED.items()}
    sys.stdout.write(json.dumps({"client": f"QCoDeS {qcodes.__version__}", "read": told}) + "\n")
