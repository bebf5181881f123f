# Two commands set everything up on a machine with git, make and some Python 3:
#   make run    the bot and its page
#   make test   every check and test
.DEFAULT_GOAL := help
.PHONY: help run test setup train check lint types imports lock clean benchmark

SYSTEM_PYTHON ?= python3
UV := .tools/bin/uv
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## start the bot and its page; the address is printed
	@.venv/bin/handrail run

test: setup ## lint, types, import contracts, scripts, tests (the browser too)
	@deploy/check.sh

setup: .venv/installed ## install everything into .venv

train: setup ## train the Rasa model if the data changed
	@.venv/bin/handrail train

check: setup ## check scripts, plans, directory and data
	@.venv/bin/handrail check

benchmark: setup ## measure against stock Rasa; writes the table into benchmarks/README.md
	@$(PYTHON) benchmarks/run.py

# uv is put into a folder of the project with the machine's own Python; it finds or fetches 3.10.
$(UV): deploy/uv.txt
	@$(SYSTEM_PYTHON) deploy/get_uv.py

.venv/installed: $(UV) requirements.lock pyproject.toml vendor/tensorflow/tensorflow/__init__.py
	@echo "Installing into .venv (the first time takes a few minutes) ..." >&2
	@test -x $(PYTHON) || $(UV) venv --quiet --python 3.10 .venv
	@$(UV) pip sync --quiet --python $(PYTHON) requirements.lock
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --editable .
	@touch $@

lock: $(UV) ## resolve anew after a change in pyproject.toml
	@$(UV) lock --quiet
	@$(UV) export --quiet --format requirements-txt --no-emit-project --all-groups --output-file requirements.lock >/dev/null
	@sed -i '/^#/d' requirements.lock

clean: ## remove what was installed, trained and stored
	@rm -rf .venv .tools models var .rasa
