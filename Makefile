# Two commands: `make demo` runs the main job, `make test` runs every test. Both set up what they need.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PROFILE ?= group
OUT ?= out/demo
# What `make bench` measures: workbooks, rows of each, claims of a period.
FILES ?= 200
ROWS ?= 500
CLAIMS ?= 1000000

.PHONY: help demo test lint types floors unit lowest bench samples docs clean system

help: ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

demo: $(VENV)/installed ## Check the samples, warn, write off; results in out/demo
	@rm -rf $(OUT)
	@$(BIN)/qq-excel demo $(OUT) --profile $(PROFILE)

test: $(VENV)/installed system lint types floors unit ## Every test, with lint, types and floors

system: ## LibreOffice, a Chinese font and pdftoppm, for the tests that look at what was made
	@bash .ci/system-packages

lint: $(VENV)/installed
	$(BIN)/ruff check qq_excel tests benchmarks
	$(BIN)/ruff format --check qq_excel tests benchmarks

types: $(VENV)/installed
	$(BIN)/mypy

floors: $(VENV)/installed
	$(BIN)/lint-imports

unit: $(VENV)/installed
	$(BIN)/python -m pytest -n auto -q

lowest: pyproject.toml ## The tests on the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv .venv-lowest
	$(PYTHON) .ci/lowest.py > .venv-lowest/floors.txt
	.venv-lowest/bin/python -m pip install --quiet --upgrade pip
	.venv-lowest/bin/python -m pip install --quiet -e '.[test]' -c .venv-lowest/floors.txt
	.venv-lowest/bin/python -m pytest -n auto -q --ignore=tests/addin

bench: $(VENV)/installed ## Ratios against the bare reader
	$(BIN)/python -m benchmarks.ledger
	$(BIN)/python -m benchmarks.batch $(FILES) $(ROWS)
	$(BIN)/python -m benchmarks.register $(CLAIMS)
	$(BIN)/python -m benchmarks.sizing
	$(BIN)/python -m benchmarks.startup
	PYTHONPATH=. $(BIN)/python benchmarks/submission.py

samples: $(VENV)/installed ## Make workbooks/ anew from the program
	$(BIN)/python -m qq_excel.samples workbooks

docs: $(VENV)/installed ## Make the generated pages of docs/ anew (rules, kinds, clauses)
	$(BIN)/python -m qq_excel.docs docs

clean:
	rm -rf $(VENV) .venv-lowest out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
