#!/usr/bin/env bash
# Lints the workflows with actionlint, built once from its Go module; skipped where Go is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=v1.7.12

if ! command -v go >/dev/null; then
  echo "workflows: skipped, because there is no Go to build actionlint with"
  exit 77
fi
bin="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/trading-platform/actionlint-$version"
if [ ! -x "$bin/actionlint" ]; then
  if ! (cd / && go list -m "github.com/rhysd/actionlint@$version") >/dev/null 2>&1; then
    echo "workflows: skipped, because Go finds no actionlint $version to build"
    exit 77
  fi
  GOBIN=$bin go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
fi
# Without what else may be on PATH, so that it says the same everywhere.
"$bin/actionlint" -shellcheck= -pyflakes= "$@"
echo "workflows: linted"
