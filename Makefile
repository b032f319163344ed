# Two commands do everything on a machine with Python 3.11+, make and git: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.test-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: install demo up test test-long soak lint bench

demo: install
	$(BIN)/ligums up --demo --exit-when-done

up: install
	$(BIN)/ligums up

install: $(INSTALLED)

# Tests mostly wait for servers, of which many bring their own: three processes keep two cores busy.
SPREAD := --numprocesses 3 --no-loadscope-reorder
# Tests start hundreds of processes: what they import is compiled once, even where the environment forbids to keep it.
test test-long soak: export PYTHONDONTWRITEBYTECODE =

test: $(TEST_INSTALLED)
	$(BIN)/python -m pytest $(SPREAD) -m "not long"

test-long: $(TEST_INSTALLED)
	$(BIN)/python -m pytest $(SPREAD) -m long

# Hours, for a night: the campaigns alone, ten times as wide as in test-long.
soak: export LIGUMS_CAMPAIGN_WIDTH = 10
soak: $(TEST_INSTALLED)
	$(BIN)/python -m pytest $(SPREAD) -m campaign

lint: $(TEST_INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(TEST_INSTALLED)
	$(BIN)/python -m bench $(FIGURES)

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install pip==26.3

$(INSTALLED): pyproject.toml constraints.txt | $(VENV)
	@echo "Installing into $(VENV), which takes a minute the first time"
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

$(TEST_INSTALLED): pyproject.toml constraints.txt | $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	touch $(INSTALLED) $@
