#!/usr/bin/env bash
# Every check, in the order of what fails fastest. `make test` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$1"; }

step "lint";             .venv/bin/ruff check . && .venv/bin/ruff format --check .
step "types";            .venv/bin/mypy
step "import contracts"; .venv/bin/lint-imports
step "scripts";          .venv/bin/handrail check
step "train";            .venv/bin/handrail train
step "rasa data";        .venv/bin/rasa data validate --max-history 5 2>&1 | grep -v -E 'MovedIn20Warning|DeclarativeMeta' || exit 1
step "rasa stories"
.venv/bin/rasa test core --stories tests/stories --fail-on-prediction-errors --no-plot \
  --out results >results.log 2>&1 || { tail -n 40 results.log; exit 1; }
grep -E 'Correct' results.log
step "tests";            .venv/bin/python -m pytest "$@"
