# Two commands set everything up on a machine with git, make and some Python 3:
#   make run    the bot, its page and the staff console
#   make test   every check and test
.DEFAULT_GOAL := help
.PHONY: help run test setup train check lint types imports lock clean page screenshots benchmark evaluate encoder

SYSTEM_PYTHON ?= python3
UV := .tools/bin/uv
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## start the bot, its page and the staff console; the addresses are printed
	@.venv/bin/handrail run

test: setup ## lint, types, import contracts, scripts, tests (the browser too)
	@deploy/check.sh

setup: .venv/installed ## install everything into .venv

train: setup ## train the Rasa model if the data changed
	@.venv/bin/handrail train

check: setup ## check scripts, plans, directory and data
	@.venv/bin/handrail check

page: setup ## build the page's script and style from bot/page/element (needs npm's registry)
	@$(PYTHON) deploy/build_page.py

screenshots: train ## take the pictures of docs/screenshots anew, with Chromium
	@$(PYTHON) -m deploy.screenshots
	@$(PYTHON) -m deploy.console_screenshots

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

evaluate: train ## measure recognition; writes docs/recognition.md and data/evaluation/measured.json
	@$(PYTHON) -m benchmarks.recognition --write

# Torch and the published weights go into an environment of their own: 3 GB, and half an hour.
encoder: .venv-encoder/installed ## make data/encoder anew from the published weights and data/nlu
	@.venv-encoder/bin/python -m encoder.build

.venv-encoder/installed: $(UV) encoder/requirements.lock
	@test -x .venv-encoder/bin/python || $(UV) venv --quiet --python 3.10 .venv-encoder
	@$(UV) pip sync --quiet --python .venv-encoder/bin/python encoder/requirements.lock
	@touch $@

lock: $(UV) ## resolve anew after a change in pyproject.toml
	@$(UV) lock --quiet
	@$(UV) export --quiet --format requirements-txt --no-emit-project --group engine --group dev --output-file requirements.lock >/dev/null
	@$(UV) export --quiet --format requirements-txt --no-emit-project --only-group encoder --output-file encoder/requirements.lock >/dev/null
	@sed -i '/^#/d' requirements.lock encoder/requirements.lock

clean: ## remove what was installed, trained and stored
	@rm -rf .venv .tools models var .rasa
