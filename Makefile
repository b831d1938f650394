# Every task of this repository; `make help` lists them. The environment is built on first use.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# What is installed is what the lock files say, hash by hash. A stamp names the state that was installed, so that
# a second run is instant and a changed lock installs again.
BASE   := $(VENV)/.base-installed
TEST   := $(VENV)/.test-installed
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input install

.DEFAULT_GOAL := help
.PHONY: help demo env test-env test test-deep screenshots bench bench-explorer bench-log bench-delay bench-process bench-growth check lint format types imports lock clean
.DELETE_ON_ERROR:

help: ## List these tasks
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*## ' Makefile
	@echo; echo "  PYTHON=python3.12 chooses the Python; ARGS='...' goes to demo, test, test-deep, screenshots and the benches."

demo: $(BASE) ## Play the whole story at http://localhost:8000 and leave it running (ARGS=--once: only play it)
	@$(BIN)/python -m vrm.demo $(ARGS)

env: $(BASE) ## Build the environment that the product runs in

test-env: $(TEST) ## Build it with what the tests and checks need

# The tests start the product some hundred times; reading it compiled takes a quarter less than reading its text.
COMPILED = $(BIN)/python -m compileall -q vrm keys

# Each process of the tests starts a PostgreSQL, and perhaps a server and a browser, of its own and keeps to the
# collected order; one that has nothing left takes tests from the end of another's. They wait for servers now and
# then, so there is one more of them than processors.
test: $(TEST) ## Run the tests, several at a time (ARGS=tests/unit/db, ARGS='-k name', ARGS=-n0: one at a time)
	@sh .ci/install
	@$(COMPILED)
	@$(BIN)/python -m pytest -m "not deep" -n $$(($$(nproc) < 4 ? $$(nproc) + 1 : 5)) --dist worksteal $(ARGS)

test-deep: $(TEST) ## Run the slower tests: faults, tampering, growth, every guard taken out, pages on phones and PostgreSQL
	@sh .ci/install
	@$(COMPILED)
	@$(BIN)/python -m pytest -m deep --timeout=900 --tb=short -n $$(($$(nproc) < 4 ? $$(nproc) : 4)) --dist worksteal $(ARGS)

screenshots: $(TEST) ## Photograph every page of every role, light and dark, and measure it (ARGS=FOLDER, ARGS='--only /home')
	@sh .ci/install
	@$(BIN)/python -m tests.support.pictures $(ARGS)

bench: $(TEST) ## Load this server, a bare route and peers side by side, up to 25 minutes (ARGS=--quick, ARGS='--only read')
	@$(BIN)/python -m bench.side_by_side $(ARGS)

bench-explorer: $(TEST) ## Time an auditor's questions in a small and a large log (ARGS='--large 100000')
	@$(BIN)/python -m bench.explorer $(ARGS)

bench-log: $(TEST) ## Time writing, signing, proving and verifying as the log grows (ARGS=--large: to a million)
	@$(BIN)/python -m bench.log $(ARGS)

bench-delay: $(TEST) ## Time how long after an event the checkpoint over it is signed (ARGS='--rate 0', ARGS=--postgres)
	@$(BIN)/python -m bench.delay $(ARGS)

bench-growth: $(TEST) ## Fill a thousand and ten thousand people; time reads, pages, start-up (ARGS=--large: to a million)
	@$(BIN)/python -m bench.growth $(ARGS)

bench-process: $(TEST) ## Count what requests cost this process, without a network (ARGS='--profile read', ARGS=--postgres)
	@$(BIN)/python -m bench.in_process $(ARGS)

check: lint types imports ## All checks that run no product code

lint: $(TEST) ## Style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(TEST) ## Put formatting and import order right
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

types: $(TEST) ## Types
	@$(BIN)/mypy

imports: $(TEST) ## The staircase: which room may use which
	@$(BIN)/lint-imports --no-cache

lock: $(TEST) ## Renew requirements/*.txt from requirements/*.in (ARGS=--upgrade for newer versions)
	@for set in base test; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS) \
	    requirements/$$set.in --output-file requirements/$$set.txt || exit 1; \
	done

clean: ## Remove the environment and what was built; never an instance's data
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@sh .ci/venv "$(PYTHON)" $(VENV)

$(BASE): requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the product runs on: about 40 packages, quietly; a minute or two, this once ..."
	@$(PIP) --require-hashes --requirement requirements/base.txt
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(TEST): requirements/test.txt $(BASE)
	@echo "Installing what the tests need: about 50 packages, quietly; a few minutes, this once ..."
	@$(PIP) --require-hashes --requirement requirements/test.txt
	@touch $@
