#!/usr/bin/env bash
# The scenarios of scripts/engine/scenarios on the real Pulumi engine with stand-in providers.
# Skipped where there is neither pulumi nor a way to build it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/engine/run.sh check
node --import tsx --test --test-reporter=spec --test-concurrency=2 scripts/engine/scenarios/*.ts
