"""PyMeasure's published drivers against served instruments; run in the peers' environment, tells JSON."""

import json
import sys
import warnings

import numpy as np
import pymeasure
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.keithley import Keithley2000, KeithleyDMM6500
from pymeasure.instruments.keysight import KeysightDSOX1102G
from pymeasure.instruments.keysight.keysightPNA import KeysightPNA

warnings.simplefilter("ignore")


def _adapter(resource):
    return VISAAdapter(resource, visa_library="@py", read_termination="\n", write_termination="\n", timeout=10000)


def meter(resource):
    instrument = KeithleyDMM6500(_adapter(resource))
    instrument.measure_voltage(max_voltage=100)
    instrument.voltage_nplc = 1
    return {
        "idn": instrument.id,
        "volt": instrument.voltage,
        "range": instrument.voltage_range,
        "cycles": instrument.voltage_nplc,
        "mode": instrument.mode,
    }


def old_meter(resource):
    instrument = Keithley2000(_adapter(resource))
    instrument.measure_voltage(max_voltage=100)
    return {
        "idn": instrument.id,
        "volt": instrument.voltage,
        "range": instrument.voltage_range,
        "mode": instrument.mode,
    }


def scope(resource):
    instrument = KeysightDSOX1102G(_adapter(resource))
    instrument.timebase_scale = 1e-3
    instrument.ch1.scale = 2.0
    instrument.ch1.offset = 10.0
    instrument.ch1.coupling = "dc"
    return {
        "idn": instrument.id,
        "per_division_s": instrument.timebase_scale,
        "per_division_v": instrument.ch1.scale,
        "offset": instrument.ch1.offset,
    }


def analyser(resource):
    instrument = KeysightPNA(resource, visa_library="@py", timeout=10000)
    for command in ("SENS1:FREQ:STAR 1e9", "SENS1:FREQ:STOP 10e9", "SENS1:SWE:POIN 201", "SENS1:BAND 1e5"):
        instrument.write(command)
    instrument.write('CALC1:PAR:MOD:EXT "S21"')
    instrument.ch_1.single()
    assert instrument.complete
    trace = instrument.ch_1.tr_1
    wave = trace.y_data_complex
    return {
        "idn": instrument.id,
        "parameter": trace.parameter,
        "hertz": [float(value) for value in np.ravel(trace.x_data)],
        "real": [float(value) for value, _ in wave],
        "imag": [float(value) for _, value in wave],
    }


EXERCISED = {
    "meter": (meter, "KeithleyDMM6500: DC voltage, range, integration time, function"),
    "old_meter": (old_meter, "Keithley2000: DC voltage, range, function"),
    "scope": (scope, "KeysightDSOX1102G: time base, vertical scale, offset, coupling, read back"),
    "analyser": (analyser, "KeysightPNA: a single sweep of S21, frequencies and complex trace in 64-bit blocks"),
}

if __name__ == "__main__":
    resources = json.loads(sys.argv[1])
    told = {role: {"exercised": what, **act(resources[role])} for role, (act, what) in EXERCISED.items()}
    sys.stdout.write(json.dumps({"client": f"PyMeasure {pymeasure.__version__}", "read": told}) + "\n")
