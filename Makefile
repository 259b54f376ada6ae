# Two commands for users: make run, make test. The rest is for those who change it.

.PHONY: run test soak bench simulate check install lock clean
.DEFAULT_GOAL := run

PYTHON ?= python3
BIN := .venv/bin

run: .venv/runs
	@exec $(BIN)/redress up

# Each process at it has a PostgreSQL of its own; more than a few would wait for the disk.
SIDE_BY_SIDE ?= -n logical --maxprocesses=8 --dist=worksteal
# What one of them compiled the others need not: pytest makes a hundred modules its own.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/tests
	$(BIN)/pytest -rs $(SIDE_BY_SIDE)

# The store's suites once more, reached through pgbouncer in transaction mode.
pooled: .venv/tests
	$(BIN)/pytest -rs $(SIDE_BY_SIDE) --pooler -k "not simulated" tests/application/event_store

# The story of one seed of the simulated dispatcher, as a failure names it.
SIMULATED := tests/application/event_store/test_simulated_dispatcher.py
simulate: .venv/tests
	$(BIN)/pytest -k whatever_happens --seed $(SEED) $(SIMULATED)

# The guards over money and goods, for as long as it takes; a seed tells the same story.
# And of the simulated dispatcher, 100,000 seeds; and whoever runs is killed for an hour.
SECONDS ?= 3600
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
soak: SEED := $(SEED)
soak: .venv/tests
	@echo "Seed $(SEED); the same again: make soak SEED=$(SEED)"
	$(BIN)/pytest -rs --hypothesis-profile=soak --hypothesis-seed=$(SEED) \
		tests/flow/test_money_is_guarded.py
	$(BIN)/pytest $(SIDE_BY_SIDE) -k whatever_happens --seeds 100000 $(SIMULATED)
	$(BIN)/python -m tests.flow.soak $(SECONDS) $(SEED)

# How fast the store is here, beside its peers; the figures and the picture: bench/.
# Small sizes only: make bench BENCH=--quick
bench: .venv/runs
	@mkdir -p bench
	@$(BIN)/redress bench --json bench/bench.json $(BENCH)

check: .venv/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: .venv/tests

# What runs needs the first file; tests and checks need the second, which holds more.
.venv/runs: requirements.lock pyproject.toml | .venv/bin/pip
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/tests: requirements-dev.lock pyproject.toml | .venv/runs
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Redress needs Python 3.11 or later as $(PYTHON); name another: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python has no venv; install it first (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@rm -rf .venv
	@echo "Making the environment in .venv; the first time this takes a minute or two."
	@$(PYTHON) -m venv .venv

# After a change of the dependencies in pyproject.toml.
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
	--python-version 3.11 pyproject.toml --group build
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv
