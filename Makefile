# Two commands: `make demo` sets everything up and runs the main job, `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-$(shell cksum < requirements/runtime.txt | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cksum < requirements/dev.txt | cut -d' ' -f1)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint up down doctor lock clean

demo: $(RUNTIME) ## both agents on the sample cases, on embedded services
	$(BIN)/amends demo

test: $(DEV) ## import contracts and every test
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

up: $(RUNTIME) ## services and a worker until stopped
	$(BIN)/amends up

down: $(RUNTIME)
	$(BIN)/amends down

doctor: $(RUNTIME)
	$(BIN)/amends doctor

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Amends needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing; on Debian and Ubuntu install the package python3-venv"; exit 1; }

$(RUNTIME): $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/runtime.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUNTIME)
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

lock: ## resolve the requirements anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra weak-model -c requirements/runtime.txt pyproject.toml -o requirements/weak-model.txt

clean:
	rm -rf $(VENV) .amends
