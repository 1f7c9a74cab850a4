# Street Command Center. For people: `make run`. For developers: `make test`. Everything else: `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PYTHON_OF_VENV := $(VENV)/bin/python
READY := $(VENV)/.ready
READY_FOR_TESTS := $(VENV)/.ready-for-tests

# Set PYTHON=/path/to/python3.12 to choose one; otherwise the first of these that answers with a version we support.
PYTHON ?=
CANDIDATES := $(PYTHON) $(if $(PYTHON),,python3.11 python3.12 python3.13 python3)

# One process more than cores: two of them wait for browsers and clocks much of the time. More than four get into each other's way.
PYTEST_WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$(( n > 3 ? 4 : n + 1 )))
PYTEST_ARGS ?=
# ENGINE=both runs every test on both engines, THOROUGH=1 every screen in every size, language and theme, and the long ones; each takes some minutes more.
ENGINE ?= where-it-matters
THOROUGH ?=
SCENARIO ?= D
SPEED ?= 1
SOURCES := config.py command_center workers bench tests

# uv does not read pip's settings: hand over the package mirror a street office may have set for pip.
UV := env -u VIRTUAL_ENV UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_HTTP_TIMEOUT=60 UV_SYSTEM_CERTS=1 \
	UV_DEFAULT_INDEX="$${PIP_INDEX_URL:-$$($(PYTHON_OF_VENV) -m pip config get global.index-url 2>/dev/null || echo https://pypi.org/simple)}" \
	$(VENV)/bin/uv
PIP := $(PYTHON_OF_VENV) -m pip --quiet --disable-pip-version-check

# $(call install,FILE[,OPTIONS]): every package pinned by hash; plain pip is the way round a network that uv cannot pass.
install = $(UV) pip install --quiet --python $(PYTHON_OF_VENV) --require-hashes $(2) -r $(1) \
	|| { echo "uv could not install $(1); trying pip, which takes about half a minute."; $(PIP) install --require-hashes $(2) -r $(1); }

.PHONY: help run setup test setup-test browser check format bench lock words clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: setup ## Start the centre (sets itself up the first time), then open http://127.0.0.1:8050
	@exec $(PYTHON_OF_VENV) -m command_center up

drill: setup ## Hold a drill on a copy of the centre: make drill SCENARIO=D SPEED=10, then open http://127.0.0.1:8051
	@exec $(PYTHON_OF_VENV) -m command_center drill "$(SCENARIO)" --speed "$(SPEED)"

setup: $(READY) ## Install what the centre needs into .venv

test: setup-test browser ## Set up, then check the code and run every test; ENGINE=both THOROUGH=1 leave nothing out
	@$(MAKE) check
	@$(PYTHON_OF_VENV) -m pytest -n $(PYTEST_WORKERS) --engine $(ENGINE) $(if $(THOROUGH),--thorough) $(PYTEST_ARGS)

setup-test: $(READY_FOR_TESTS) ## Install what the tests need into .venv (an own PostgreSQL included)

check: setup-test ## Check style, types and floors without running a test
	@echo "ruff"; $(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check . || { echo "Some files are not formatted: run make format."; exit 1; }
	@echo "mypy"; $(VENV)/bin/mypy $(wildcard $(SOURCES))
	@echo "import-linter"; $(VENV)/bin/lint-imports --no-cache

format: setup-test ## Lay out the code and mend what ruff can mend
	@$(VENV)/bin/ruff check --quiet --fix-only .
	@$(VENV)/bin/ruff format .

bench: setup-test browser ## Measure the centre, print the table, write var/bench.json
	@$(PYTHON_OF_VENV) -m bench

lock: setup-test ## Pin the newest versions that the requirements*.in allow, with hashes
	@for name in requirements requirements-dev requirements-map requirements-uv; do \
		echo "Locking $$name.txt"; \
		$(UV) pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
			$$([ $$name = requirements-map ] && echo --no-deps) --custom-compile-command "make lock" $$name.in -o $$name.txt; \
	done

words: setup-test ## Merge command_center/words/zh/*.po and compile them
	@$(PYTHON_OF_VENV) -m command_center.words

clean: ## Remove .venv and what tools left behind; the data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON_OF_VENV):
	@found=""; \
	for candidate in $(CANDIDATES); do \
		if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "The centre needs Python 3.11, 3.12 or 3.13, and $(if $(PYTHON),$(PYTHON) is not one of them,this machine has $$(python3 --version 2>/dev/null || echo none)): install one, or name it with make $(MAKECMDGOALS) PYTHON=/path/to/python3.11." >&2; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing: install it with  sudo apt-get install -y python3-venv  and run make $(MAKECMDGOALS) again." >&2; \
		exit 1; \
	fi; \
	"$$found" -m venv $(VENV)

$(VENV)/.uv: requirements-uv.txt | $(PYTHON_OF_VENV)
	@echo "Preparing .venv"
	@$(PIP) install --require-hashes -r requirements-uv.txt \
		|| echo "uv could not be installed; pip goes on alone."
	@touch $@

$(READY): requirements.txt $(VENV)/.uv | $(PYTHON_OF_VENV)
	@echo "Installing the pinned packages into .venv, once"
	@$(call install,requirements.txt)
	@touch $@

$(READY_FOR_TESTS): requirements-dev.txt requirements-map.txt $(READY)
	@echo "Installing the test tools into .venv"
	@$(call install,requirements-dev.txt)
	@$(call install,requirements-map.txt,--no-deps)
	@touch $@

# Debian's Chromium brings its system libraries along (Playwright's driver wants libatomic besides); its headless shell leaves out what
# draws windows, and the tests end sooner. Without root, Playwright fetches its own.
browser: setup-test
	@driver="$(PYTHON_OF_VENV) -m playwright"; \
	if { command -v chromium-headless-shell || command -v chromium; } >/dev/null && $$driver --version >/dev/null 2>&1; then exit 0; fi; \
	sudo=""; [ "$$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && sudo="sudo -n"; } || true; \
	if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$$sudo" ]; }; then \
		echo "Installing Chromium for the browser tests"; \
		install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libatomic1"; \
		{ $$sudo apt-get update && { $$install chromium-headless-shell || $$install chromium; }; } \
			>$(VENV)/apt.log 2>&1 || { tail -n 20 $(VENV)/apt.log >&2; exit 1; }; \
	else \
		$$driver install chromium \
			|| { echo "The browser tests need Chromium: run  sudo apt-get install -y chromium libatomic1  and make $(MAKECMDGOALS) again." >&2; exit 1; }; \
	fi
