"""instro's simulated multimeter and supply on TCP; prints their ports and serves until its standard input ends."""

import json
import sys

from instro.dmm.scpi_sim_server import FUNCTION_DC_VOLTAGE, SimulatedDMM, SimulatedDMMServer
from instro.psu.scpi_sim_server import SimulatedPSU, SimulatedPSUServer

if __name__ == "__main__":
    servers = (
        SimulatedDMMServer(SimulatedDMM({FUNCTION_DC_VOLTAGE: 3.3}), port=0),
        SimulatedPSUServer(SimulatedPSU(num_channels=1), port=0),
    )
    for server in servers:
        server.start()
    sys.stdout.write(json.dumps({"meter": servers[0].port, "supply": servers[1].port}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for server in servers:
        server.shutdown()
