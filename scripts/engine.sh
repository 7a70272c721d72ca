#!/usr/bin/env bash
# The whole program on the real Pulumi engine with stand-in providers: preview, deploy, deploy again
# without a change, destroy; once more with slow databases, where a missing dependency shows. Only the
# first half deploys the functions' real code.
# Skipped where there is neither pulumi nor a way to build it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/engine/run.sh check
# Nobody takes up a run that was cut off: the state is written once, not after each resource.
export PULUMI_SKIP_CHECKPOINTS=true
state=$(mktemp -d)
project=.
trap 'rm -rf "$state"' EXIT

run() { # run WHAT COMMAND...: one line with its seconds, or what the engine said
  local what=$1 began=$SECONDS
  shift
  RIG_STATE=$state/rig scripts/engine/run.sh "$project" dev "$@" >"$state/log" 2>&1 || {
    tail -60 "$state/log"
    echo "engine: $what FAILED"
    exit 1
  }
  echo "engine: $what, $((SECONDS - began)) s"
}
in_order() { node scripts/engine/order.mjs "$state/rig/journal.jsonl" "$@"; }
check_order() {
  in_order "create ClusterInstance aurora-use1-0" "create Cluster aurora-use2"
  in_order "delete Cluster aurora-use2" "delete ClusterInstance aurora-use1-0"
  node --import tsx scripts/journal.ts "$state/rig/journal.jsonl"
}

run "preview" preview
run "up" up --yes --skip-preview
run "up again changes nothing" up --yes --skip-preview --expect-no-changes
run "destroy" destroy --yes --skip-preview
check_order
rm -rf "$state/rig"
node --import tsx scripts/engine/program.ts "$state/quick"
project=$state/quick
export RIG_SLOW=1 NODE_OPTIONS=--require=$PWD/scripts/engine/quick.cjs
run "up with slow databases" up --yes --skip-preview
run "destroy with slow databases" destroy --yes --skip-preview
check_order
