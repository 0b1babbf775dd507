# The two commands are `make run` and `make test`; `make` alone lists the others.
# Everything is installed into .venv and visualization/frontend/node_modules, nothing outside this folder.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# The interpreter that .venv is made of: the first of these that starts and that TensorFlow has wheels for.
# To choose another: make run PYTHON=/path/to/python3.12
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& command -v "$$name" && break; done)
VENV_PYTHON := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)

# Nothing here looks for updates of itself, asks for an address or reports that it ran.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false
export STREAMLIT_SERVER_SHOW_EMAIL_PROMPT := false

# make run RUN=name opens the page on that run; ARGS goes to app.py as it is.
run: install bundle ## install what is missing, build the page's front end if stale, open the page (RUN=name: on that run)
	@"$(VENV_PYTHON)" -m streamlit run app.py -- $(if $(RUN),--run "$(RUN)") $(ARGS)

test: install-dev ## every check: linters, types, pytest, Vitest, browser tests (ARGS=... goes to pytest)
	@"$(VENV_PYTHON)" -m tools.checks test -- $(ARGS)

lint: install-dev ## linters, formatting and types, Python and TypeScript
	@"$(VENV_PYTHON)" -m tools.checks lint

format: install-dev ## put Python and TypeScript into the house format
	@"$(VENV_PYTHON)" -m tools.checks format

bench: install-dev bundle ## one benchmark: make bench NAME=start
	@test -n "$(NAME)" || { echo "Which benchmark? make bench NAME=start; they are the files in benchmarks/."; exit 2; }
	@"$(VENV_PYTHON)" -m benchmarks.$(NAME) $(ARGS)

soak: install-dev ## kill -9 at 50 random moments of a training, and check that nothing is lost (ARGS="--moments 5")
	@"$(VENV_PYTHON)" -m tools.soak $(ARGS)

install: ## .venv with what Strata needs
	@$(environment)

install-dev: ## .venv with what the tests need as well
	@$(environment) --dev

bundle: install ## build the page's front end if its sources changed
	@"$(VENV_PYTHON)" -m visualization.bundle

lock: install-dev ## write constraints.txt anew after a change of requirements.txt (UPGRADE=1: newest of everything below)
	@"$(VENV_PYTHON)" -m tools.lock $(if $(UPGRADE),--upgrade)

clean: ## remove everything installed or built, keep runs/
	rm -rf .venv visualization/frontend/node_modules visualization/frontend/dist visualization/frontend/.build test-results
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

environment = $(if $(PYTHON),"$(PYTHON)" tools/environment.py,$(no_python))
define no_python
echo "Strata needs Python 3.11, 3.12 or 3.13 (TensorFlow has no build for any other), and none of \
python3, python3.13, python3.12, python3.11 and python on the PATH is one. Install it from \
https://www.python.org/downloads or your system's packages, or name it: make run PYTHON=/path/to/python3.13" >&2; exit 2; :
endef

.PHONY: run test lint format bench soak install install-dev bundle lock clean help
