# `make demo` sets everything up and runs the main job, `make test` sets up and passes the tests. Both need nothing
# but make and Python 3.11 or newer; what they install is locked by hash and lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-$(shell cksum < requirements/runtime.txt | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cksum < requirements/dev.txt | cut -d' ' -f1)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: demo test lint bench prove pictures up down doctor lock clean

demo: $(RUNTIME) ## both agents on the sample cases, on embedded services
	$(BIN)/amends demo

test: lint ## formatting, rules, types, import contracts, and every test but the long ones
	$(BIN)/python -m pytest -n 3 --no-loadscope-reorder

lint: $(DEV) ## formatting, rules, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(DEV) ## how fast, how good
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.webhook_packet

prove: $(DEV) ## the long proofs: kills, corruptions, worlds
	$(BIN)/python -m benchmarks.prove

pictures: $(DEV) ## every page, light and dark, to build/pictures; the documents' own to docs/pictures
	$(BIN)/python -m benchmarks.pictures build/pictures --documentation

up: $(RUNTIME) ## services and a worker until stopped
	$(BIN)/amends up

down: $(RUNTIME)
	$(BIN)/amends down

doctor: $(RUNTIME)
	$(BIN)/amends doctor

# A folder that venv left half made would pass for a whole one the next time, so it is removed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Amends needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip --version > /dev/null || \
		{ rm -rf $(VENV); \
		  echo "Python's venv module is incomplete; on Debian and Ubuntu install the package python3-venv"; exit 1; }

$(RUNTIME): $(BIN)/python
	@echo "Installing what Amends needs into $(VENV): once, about 1 GB, some minutes."
	$(INSTALL) --require-hashes -r requirements/runtime.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): $(RUNTIME)
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

lock: ## resolve the requirements anew (needs uv)
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	$(LOCK) --extra weak-model -c requirements/runtime.txt pyproject.toml -o requirements/weak-model.txt

clean: ## remove what can be made again; the data folder stays
	rm -rf $(VENV) build dist prove-results .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
