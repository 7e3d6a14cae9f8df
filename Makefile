# Everything a fresh machine needs is set up here on first use; only Python 3.11+, git and make are assumed.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS ?= .venv-peers
PEERS_READY := $(PEERS)/.ready
FOREIGN_READY := $(PEERS)/.foreign-ready
ARGS ?=

.PHONY: demo test bench bench-scale foreign soak screens check lock clean help

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## Run the simulated lines: make demo ARGS="--headless --units 40 --seed 7 --json"
	@$(BIN)/station demo $(ARGS)

test: $(READY) ## Run the whole test suite: make test ARGS="-k journal"
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

bench: $(READY) $(PEERS_READY) $(FOREIGN_READY) ## Measure beside the peers and the limits: make bench ARGS="--quick"
	@OPENBLAS_NUM_THREADS=1 VENV_PEERS=$(PEERS) $(BIN)/python -m tests.bench $(ARGS)

bench-scale: $(READY) ## Load up to ten million runs and measure how every question grows: make bench-scale ARGS="--to 1e5"
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench.scale $(ARGS)

foreign: $(READY) $(FOREIGN_READY) ## Let other people's drivers talk to our instruments, and ours to theirs (a gigabyte)
	@VENV_PEERS=$(PEERS) $(BIN)/python -m tests.foreign.foreign_table
	@VENV_PEERS=$(PEERS) $(BIN)/python -m pytest -q tests/foreign

soak: $(READY) ## Kill twenty stations 55 times each (some minutes): make soak ARGS="--seed 21"
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/stations/crash/kill_harness.py --stations 20 $(ARGS)

screens: $(READY) ## Make the pictures in the documents again
	@$(BIN)/python docs/make_screens.py

check: $(READY) ## Style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_import_rules.py

lock: ## For maintainers, with uv on the path: exact versions and hashes of every dependency
	uv pip compile pyproject.toml --extra dev --extra i2c --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## Remove the environment and every cache
	rm -rf .venv $(PEERS) benchmarks.json benchmarks-scale.json .bench-scale-* .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Progress goes to standard error, so that `make demo ARGS="… --json"` leaves one document on standard output.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rackline needs Python 3.11 or newer, this is " + sys.version)'
	@echo "setting up $(VENV) (first use: about a minute) …" >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . >&2
	@touch $@

# What the bench compares with; nothing of it is a dependency, and HardPy (GPL) is only ever run beside us.
$(PEERS_READY): tests/bench/peers/requirements.txt
	@echo "setting up $(PEERS) for the bench …" >&2
	@test -d $(PEERS) || $(PYTHON) -m venv $(PEERS) >&2
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< >&2
	@touch $@

# Published drivers and simulators of other libraries.
$(FOREIGN_READY): tests/foreign/requirements.txt
	@echo "setting up $(PEERS) for other people's drivers …" >&2
	@test -d $(PEERS) || $(PYTHON) -m venv $(PEERS) >&2
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< >&2
	@touch $@
