# Gatewright. `make demo` and `make test` are all a fresh machine needs: they install what is missing.
# PYTHON chooses the interpreter (3.11 or later); everything lives in .venv.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ENV    ?= dev
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check generate serve replay deploy bench docs clean

help: ## what there is to do
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

$(STAMP): pyproject.toml $(wildcard constraints/*.txt)
	@$(PYTHON) -c 'import sys; sys.exit("Gatewright needs Python 3.11 or later, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  -c "constraints/$$($(BIN)/python -c 'import sys; print("py3%d.txt" % min(sys.version_info[1], 13))')" -e '.[dev]'
	@touch $@

install: $(STAMP) ## a virtual environment with everything in it

demo: $(STAMP) ## the whole idea on the example estate: generate, serve, replay, charge back
	@$(BIN)/python -m gatewright.cli.demo

test: $(STAMP) ## all tests
	@$(BIN)/python -m pytest -n auto

check: $(STAMP) ## validate and lint the configuration and all that is rendered from it
	@$(BIN)/gatewright check --env $(ENV)

generate: $(STAMP) ## write build/<env>/ (ENV=dev)
	@$(BIN)/gatewright generate --env $(ENV)

serve: $(STAMP) ## local gateway, proxy and a simulated upstream (ENV=dev)
	@$(BIN)/gatewright serve --env $(ENV)

replay: $(STAMP) ## replay the shipped recording (ENV=dev)
	@$(BIN)/gatewright replay --env $(ENV) tests/fixtures/sample.har

deploy: $(STAMP) ## check, then azd up (ENV=dev); without azd, see docs/deploy.md
	@$(BIN)/gatewright check --env $(ENV)
	@command -v azd >/dev/null || { echo "azd is not installed. Provision by other means, then: gatewright deploy --env $(ENV)" >&2; exit 1; }
	@azd env set GATEWRIGHT_ENV $(ENV) && azd up

bench: $(STAMP) ## the benchmarks of benchmarks/
	@$(BIN)/python -m benchmarks

docs: $(STAMP) ## regenerate the JSON Schemas and the reference pages
	@$(BIN)/gatewright schema --write config/schemas
	@$(BIN)/python -m gatewright.cli.reference docs

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

clean: ## remove what was generated and installed
	rm -rf build .gatewright $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .tox
