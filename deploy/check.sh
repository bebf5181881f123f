#!/usr/bin/env bash
# Every check, in the order of what fails fastest. `make test` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$1"; }

step "lint";             .venv/bin/ruff check . && .venv/bin/ruff format --check .
step "types";            .venv/bin/mypy
step "import contracts"; .venv/bin/lint-imports
step "scripts";          .venv/bin/handrail check

# Two lanes, as most machines have two cores: what needs no trained model begins now and runs beside the rest.
BESIDE=(tests/test_edge_install.py tests/console tests/staff tests/page tests/console_pages)
output="$(mktemp)"
.venv/bin/python -m pytest "${BESIDE[@]}" >"$output" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null || true; rm -f "$output"' EXIT

step "train";            .venv/bin/handrail train
step "rasa data";        .venv/bin/rasa data validate --max-history 5 2>&1 | grep -v -E 'MovedIn20Warning|DeclarativeMeta' || exit 1
step "rasa stories"
.venv/bin/rasa test core --stories tests/stories --fail-on-prediction-errors --no-plot \
  --out results >results.log 2>&1 || { tail -n 40 results.log; exit 1; }
grep -E 'Correct' results.log
step "tests";            .venv/bin/python -m pytest "${BESIDE[@]/#/--ignore=}" "$@"
step "tests that ran beside them: page and console in a browser, the edge on another Python"
status=0; wait "$beside" || status=$?
cat "$output"
exit "$status"
