#!/usr/bin/env bash
# On the real Pulumi engine with stand-in providers: deploy version N, then N+1 with a new column and a
# new optional field, and read the order from the journal. Then AWS forces a minor version of Aurora:
# `up` after a refresh does not go back. Skipped where there is neither pulumi nor a way to build it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/engine/run.sh check
export PULUMI_SKIP_CHECKPOINTS=true
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export RIG_STATE=$state/rig

run() { # run WHAT PROJECT COMMAND...: one line, or what the engine said
  local what=$1 began=$SECONDS
  shift
  scripts/engine/run.sh "$1" dev "${@:2}" >"$state/log" 2>&1 || {
    tail -60 "$state/log"
    echo "engine: $what FAILED"
    exit 1
  }
  echo "engine: $what, $((SECONDS - began)) s"
}
edit() { # edit FILE FROM TO: replaces a text that must be there
  node -e 'const [file, from, to] = process.argv.slice(1), fs = require("fs");
    const text = fs.readFileSync(file, "utf8");
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    fs.writeFileSync(file, text.replace(from, to));' "$next/$1" "$2" "$3"
}

next=$state/next
mkdir "$next"
cp -r index.ts lib lambda api package.json Pulumi.yaml Pulumi.dev.yaml tsconfig*.json "$next"
ln -s "$PWD/node_modules" "$next/node_modules"
edit lambda/orders/migrations.ts 'export const migrations: readonly Migration[] = [' \
  'export const migrations: readonly Migration[] = [
  { version: 99, sql: "alter table orders add column venue text" },'
edit lambda/orders/order.ts 'limitPrice: z.optional' 'venue: z.optional(label()),
    limitPrice: z.optional'
edit lambda/orders/order.ts 'Readonly<Record<keyof Order, { column: string; type: string }>> = {' \
  'Readonly<Record<keyof Order, { column: string; type: string }>> = {
  venue: { column: "venue", type: "text" },'

run "up of version N" . up --yes --skip-preview
run "up of version N+1" "$next" up --yes --skip-preview
for reader in orderProcessor settlementSweep; do
  for code in use1 use2; do
    for migrated in use1 use2; do
      node scripts/engine/order.mjs "$RIG_STATE/journal.jsonl" \
        "update Function dbMigration-$migrated" "create Invocation functions-$migrated-migrate" \
        "update Function $reader-$code"
      node scripts/engine/order.mjs "$RIG_STATE/journal.jsonl" \
        "update Function $reader-$code" "update Function orderApi-$migrated"
    done
  done
done
echo "engine: version N+1 migrates both regions, then deploys what reads orders, then order-api"

urn='urn:pulumi:dev::trading-platform::trading:platform:Aurora'
cat >"$RIG_STATE/rules.json" <<JSON
{ "drift": {
  "$urn\$aws:rds/globalCluster:GlobalCluster::aurora": { "engineVersion": "15.12" },
  "$urn\$trading:platform:AuroraMember\$aws:rds/cluster:Cluster::aurora-use1": { "engineVersion": "15.12" },
  "$urn\$trading:platform:AuroraMember\$aws:rds/cluster:Cluster::aurora-use2": { "engineVersion": "15.12" }
} }
JSON
run "refresh after AWS forced a minor version" "$next" refresh --yes --skip-preview
run "up after that changes nothing" "$next" up --yes --skip-preview --expect-no-changes
