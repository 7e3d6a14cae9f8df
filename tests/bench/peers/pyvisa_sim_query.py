"""pyvisa-sim: one `*IDN?` through PyVISA to a simulated instrument. Prints the seconds that each question took."""

import argparse
import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import pyvisa

_BENCH = """
spec: "1.1"
devices:
  meter:
    eom:
      TCPIP INSTR:
        q: "\\n"
        r: "\\n"
    error: ERROR
    dialogues:
      - q: "*IDN?"
        r: "Rackline,Simulated instrument,0,1.0"
resources:
  TCPIP0::meter::INSTR:
    device: meter
"""


def main() -> None:
    """Open once, ask in blocks; the first block warms up and is not counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, required=True)
    parser.add_argument("--blocks", type=int, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rackline-bench-") as name:
        bench = Path(name) / "bench.yaml"
        bench.write_text(_BENCH, encoding="utf-8")
        manager = pyvisa.ResourceManager(f"{bench}@sim")
        meter = manager.open_resource("TCPIP0::meter::INSTR", read_termination="\n", write_termination="\n")
        seconds = []
        for _ in range(given.blocks + 1):
            began = time.perf_counter()
            for _ in range(given.questions):
                answer = meter.query("*IDN?")
            seconds.append((time.perf_counter() - began) / given.questions)
        manager.close()
    if answer.strip() != "Rackline,Simulated instrument,0,1.0":
        sys.exit(f"pyvisa-sim answered {answer!r}")
    print(json.dumps({"peer": f"pyvisa-sim {version('pyvisa-sim')}", "seconds": seconds[1:]}))  # noqa: T201 - the answer to the bench


if __name__ == "__main__":
    main()
