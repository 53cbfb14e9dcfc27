# Saegim: everything a person runs. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PIP_FLAGS := -qq --disable-pip-version-check --no-input
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

.PHONY: help demo up down check lint unit test all-units services-a-to-l services-m-to-z faults bench audit lock dev clean
.DEFAULT_GOAL := help
# Each run of a worker and each command is a process: without this they would compile the sources anew every time.
unexport PYTHONDONTWRITEBYTECODE

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

demo: $(VENV)/workbench  ## photographs become a dataset release, on this machine (BY_HAND=1: you label)
	@$(BIN)/python -m apps.demo $(if $(BY_HAND),--by-hand)

up: $(VENV)/workbench  ## start object storage, Label Studio, Prefect and its workers
	@$(BIN)/saegim up

down: $(VENV)/workbench  ## stop them
	@$(BIN)/saegim down

check: $(VENV)/dev  ## ruff, mypy, import-linter, the quick unit tests: under a minute, on two cores
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint unit

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(VENV)/dev
	$(BIN)/pytest tests/unit -q -m "not slow"

test: $(VENV)/dev  ## everything, with the real services
	tests/debian-packages.sh
	@$(MAKE) --no-print-directory -k -j3 --output-sync=line services-m-to-z services-a-to-l lint all-units

# Three at a time on two cores: what waits for a service leaves them to what computes. The halves of the services stand first,
# for they take longest; each starts a stack of its own. Two at a time, l to z took 47 minutes beside 29 for a to k and 9 for the
# unit tests: with l in the first half, the halves are alike.
# This file needs none of it: it stands where it makes the halves alike.
OWN_STACK := tests/services/test_zz_stack.py

all-units: $(VENV)/dev
	$(BIN)/pytest tests/unit --durations=12 -p no:cacheprovider

services-a-to-l: $(VENV)/dev
	$(BIN)/pytest --durations=12 $(wildcard tests/services/test_[a-l]*.py) $(OWN_STACK)

services-m-to-z: $(VENV)/dev
	$(BIN)/pytest --durations=12 -p no:cacheprovider $(filter-out $(OWN_STACK),$(wildcard tests/services/test_[m-z]*.py))

faults: $(VENV)/dev  ## faults between the verbs and their services, at length: docs/faults.md (SEEDS=7: that seed again)
	$(BIN)/python -m tests.faults $(if $(SEEDS),--seeds $(SEEDS) --naive "" --no-page)

bench: $(BENCH)/peers  ## figures beside their peers' (ONLY=duplicates: one of them; all write docs/benchmarks.md)
	$(BENCH)/bin/python -m benchmarks $(ONLY)

audit: $(VENV)/dev  ## known vulnerabilities of the locked packages (asks the package registry)
	$(BIN)/python -m tests.audit

lock: $(VENV)/dev  ## compile the locks from pyproject.toml
	$(COMPILE) pyproject.toml --extra workbench --extra cpu -o requirements.lock
	$(COMPILE) pyproject.toml --extra workbench --extra gpu -o requirements-gpu.lock
	$(COMPILE) pyproject.toml --extra workbench --extra cpu --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) apps/stack/label-studio.in -o apps/stack/label-studio.lock

dev: $(VENV)/dev  ## the environment for working on Saegim itself

clean: ## remove the environments and the local state (stops the services first)
	@if [ -x $(BIN)/saegim ]; then $(BIN)/saegim down; fi
	rm -rf $(VENV) $(BENCH) .saegim

# One environment; what is in it last is the file's name. The dev lock holds all of the other at the same versions.
$(VENV)/workbench: requirements.lock pyproject.toml
	@echo "Making $(VENV) from requirements.lock (about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PYTHON=… says which")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install $(PIP_FLAGS) --require-hashes --no-deps -r requirements.lock
	@$(BIN)/pip install $(PIP_FLAGS) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev: $(VENV)/workbench requirements-dev.lock
	@echo "Adding the tools of requirements-dev.lock to $(VENV) …"
	@$(BIN)/pip install $(PIP_FLAGS) --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# The peers' environment sees the product's packages behind its own.
$(BENCH)/peers: $(VENV)/dev benchmarks/requirements.txt
	@echo "Making $(BENCH) from benchmarks/requirements.txt …"
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/pip install $(PIP_FLAGS) --no-deps -r benchmarks/requirements.txt
	@$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' > "$$($(BENCH)/bin/python -c 'import site; print(site.getsitepackages()[0])')/saegim.pth"
	@touch $@
