"""instro's published drivers against served instruments; run in the peers' environment, tells JSON."""

import json
import sys
import time
import warnings
from importlib.metadata import version

from instro.psu.drivers.keysight_n5700 import KeysightN5700
from instro.scope.drivers.keysight_1200x import Keysight1200X
from instro.scope.types import Coupling

warnings.simplefilter("ignore")


def supply(resource):
    driver = KeysightN5700(resource)
    driver.open()
    driver.set_overvoltage_protection_level(20.0, 1)
    driver.set_current_limit(1.0, 1)
    driver.set_voltage(12.0, 1)
    driver.output_enable(True, 1)
    time.sleep(0.5)
    told = {
        "volt": driver.get_voltage(1),
        "ampere": driver.get_current(1),
        "on": driver.get_output_status(1),
        "overvoltage": driver.get_overvoltage_protection_level(1),
    }
    driver.close()
    return told


def scope(resource):
    driver = Keysight1200X(resource)
    driver.open()
    driver.set_vertical_scale(2.0, 1)
    driver.set_vertical_offset(10.0, 1)
    driver.set_horizontal_scale(1e-3)
    driver.set_coupling(Coupling.DC, 1)
    driver.set_trigger_source(1)
    driver.set_trigger_level(3.0)
    driver.single()
    driver.force_trigger()
    time.sleep(0.3)
    seen = driver.fetch_waveform(1)
    driver.check_errors()
    told = {
        "per_division_s": driver.get_horizontal_scale(),
        "per_division_v": driver.get_vertical_scale(1),
        "offset": driver.get_vertical_offset(1),
        "points": len(seen.voltages),
        "volt": sum(seen.voltages) / len(seen.voltages),
    }
    driver.close()
    return told


EXERCISED = {
    "supply": (supply, "KeysightN5700: voltage, current limit, overvoltage protection, output, meters"),
    "scope": (scope, "Keysight1200X: scales, coupling, forced trigger, a waveform of 16-bit words with its preamble"),
}

if __name__ == "__main__":
    resources = json.loads(sys.argv[1])
    told = {role: {"exercised": what, **act(resources[role])} for role, (act, what) in EXERCISED.items()}
    sys.stdout.write(json.dumps({"client": f"instro {version('instro')}", "read": told}) + "\n")
