# Every target sets itself up: Python 3.11+, make and a package index are all that is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PORT ?= 8765
.DEFAULT_GOAL := help
.PHONY: help demo test pictures lint lock bench bench-peer clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Jobaid needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The stamps hold what was installed, so a second start does nothing at all.
$(VENV)/.ready: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked requirements (hashes checked)"
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@echo "Installing the development requirements (hashes checked)"
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.ready ## try it: sample company, browser page at http://127.0.0.1:$(PORT)
	@PORT=$(PORT) exec $(BIN)/jobaid demo

test: $(VENV)/.ready-dev ## run every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.ready-dev ## ruff, mypy --strict, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

PEER := .venv-peer
$(PEER)/.ready: benchmarks/peer/requirements.txt
	@echo "Making the peer's environment in $(PEER) (hashes checked)"
	@$(PYTHON) -m venv $(PEER)
	@$(PEER)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r $<
	@touch $@

# FOLDER and SCORE: a folder of questions and the program that scores it (see benchmarks/README.md).
bench: $(VENV)/.ready-dev ## print the figures: latency, indexing, acknowledgement, durability
	@$(BIN)/python -m benchmarks.indexing
	@$(BIN)/python -m benchmarks.latency
	@$(BIN)/python benchmarks/acknowledgement.py
	@$(BIN)/python benchmarks/durability.py

bench-peer: $(VENV)/.ready-dev $(PEER)/.ready ## print latency, and retrieval of FOLDER by SCORE, beside LlamaIndex
	@$(BIN)/python -m benchmarks.latency --peer $(PEER)/bin/python
	@$(if $(FOLDER),$(BIN)/python -m benchmarks.retrieval $(FOLDER) --score $(SCORE) --peer $(PEER)/bin/python)

# The renderers come from npm, exactly those of the lock; only this needs Node, and Chromium.
tools/pictures/node_modules/.ready: tools/pictures/package.json tools/pictures/package-lock.json
	@npm --prefix tools/pictures ci --silent
	@touch $@

pictures: $(VENV)/.ready-dev tools/pictures/node_modules/.ready ## draw every example card, in build/pictures (needs Node and Chromium)
	@npm --prefix tools/pictures run --silent bundle
	@$(BIN)/python tools/pictures/draw.py

lock: ## make the locks anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove the environment and caches (keeps the database)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
