# make run    set up and open the app (demo mode when there is no OpenAI key)
# make test   set up, browser included, and run every test
# make lint   format check, lint, floors;  make types  type check;  make bench  measurements
# make soak   the long forms of the proofs, about fifteen minutes

PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint types bench soak format lock

run: .venv/run-stamp
	@$(BIN)/python -m bulkgen.ui.launch $(PORT)
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: .venv/dev-stamp
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

lint: .venv/dev-stamp
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: .venv/dev-stamp
	@$(BIN)/mypy

bench: .venv/dev-stamp
	@$(BIN)/python -m tests.bench

soak: .venv/dev-stamp
	@$(BIN)/python -m tests.soak

format: .venv/dev-stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: .venv/dev-stamp
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bulkgen needs Python 3.11 or newer; name it with make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv .venv

.venv/run-stamp: requirements.txt | .venv/bin/python
	@echo "Setting up (about a minute, once) ..."
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/dev-stamp: requirements-dev.txt .venv/run-stamp
	@$(PIP) install -r requirements-dev.txt
	@touch $@
