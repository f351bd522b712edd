# AT Demain: `make run` and `make test` do all their set-up by themselves.
SHELL := /bin/bash
# The first interpreter that *runs*: a version manager leaves launchers for versions that it will not start.
ifndef PYTHON
PYTHON := $(shell for candidate in python3.11 python3.12 python3.13 python3 /usr/bin/python3; do \
  "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$candidate" && break; done)
endif
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
MANAGE := DEBUG=1 $(BIN)/python manage.py
STAMPS := var/stamps

.DEFAULT_GOAL := help
.PHONY: help run test lint format lock install bench soak demo-reset check-tools clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: install ## the whole product on http://127.0.0.1:8000 (PORT=… for another), with demonstration data
	@PORT="$(PORT)" BIN=$(BIN) bash .ci/serve

install: check-tools $(STAMPS)/python $(STAMPS)/npm ## environment from the hashed locks, front-end assets

check-tools:
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Il faut Python 3.11 ou plus récent, avec son module venv (apt install python3 python3-venv), ou PYTHON=/chemin/vers/python make …"; exit 1; }
	@command -v npm >/dev/null || \
	  { echo "Il faut npm (livré avec Node.js 18 ou plus récent : apt install npm) pour les feuilles de style et les tests d’accessibilité."; exit 1; }

$(STAMPS)/python: requirements-dev.txt
	@$(BIN)/python -c '' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installation de l’environnement Python (une minute la première fois)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/npm: package.json package-lock.json .npmrc
	@echo "Installation des feuilles de style…"
	@npm ci --silent --no-progress
	@mkdir -p $(STAMPS) && touch $@

test: install ## the suite: SQLite always, PostgreSQL, Redis and browser where they are
	@BIN=$(BIN) bash .ci/suite

lint: install ## ruff, types, migrations in step, templates
	$(BIN)/ruff check .
	DEBUG=1 $(BIN)/mypy
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')

format: install ## rewrite the code in the house style
	$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

lock: install ## remake the locks from pyproject.toml and package.json
	$(BIN)/uv pip compile --no-config --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-strip-extras --quiet pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --no-config --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-strip-extras --quiet --extra dev pyproject.toml -o requirements-dev.txt
	npm install --package-lock-only --silent
	@! grep -nE '"resolved": *"http|index-url|find-links|"funding"' requirements*.txt package-lock.json

bench: install ## the figures, on PostgreSQL (BENCH_DATABASE_URL or TEST_DATABASE_URL)
	$(BIN)/python -m tests.bench

soak: install ## the long versions of the failure tests
	$(BIN)/python -m tests.soak

demo-reset: install ## empty the demonstration database and make it anew, as of today
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed_demo --reset

clean: ## remove what make made
	rm -rf $(VENV) node_modules staticfiles .mypy_cache var/stamps
