#!/usr/bin/env bash
# On the real Pulumi engine with stand-in providers: deploy twice, fail over in the stand-in world, see
# that `up` changes nothing and that a bare destroy is refused, tear down; deploy again, fail over and
# back, destroy. Skipped where there is neither pulumi nor a way to build it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
stack=pr-7

if [ "${1:-}" != inside ]; then
  cd "$root"
  scripts/engine/run.sh check
  state=$(mktemp -d)
  trap 'rm -rf "$state"' EXIT
  node --import tsx scripts/engine/program.ts "$state/program"
  export NODE_OPTIONS=--require=$root/scripts/engine/quick.cjs PULUMI_SKIP_CHECKPOINTS=true
  RIG_STATE=$state/rig scripts/engine/run.sh "$state/program" "$stack" exec \
    "$root/scripts/engineTeardown.sh" inside
  exit
fi

export PORT=${PORT:-18765}
export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
stand_in_aws() { node "$root/test/scripts/standInAws.mjs" "$@"; }
# Not through the function: `$!` would then be a shell, whose end leaves the server behind.
node "$root/test/scripts/standInAws.mjs" &
server=$!
trap 'kill $server' EXIT
log=$RIG_STATE/log
quietly() { "$@" >"$log" 2>&1 || { tail -40 "$log"; exit 1; }; }
script() { quietly node --import tsx "$root/scripts/$1.ts" "${@:2}"; }
engine() { pulumi "$@" --yes --skip-preview --non-interactive --stack $stack; }
nothing_left() { [ -z "$(ls "$RIG_STATE/world")" ]; }

script deploy $stack
rm "Pulumi.$stack.yaml" # as in a fresh checkout
script deploy $stack
grep -qE '^ +[0-9]+ unchanged' "$log" && ! grep -qE '^ +[-+~] +[0-9]' "$log"
echo "engine: a second deploy from a fresh checkout changes nothing"
stand_in_aws failover
quietly engine up --refresh --expect-no-changes
echo "engine: \`up\` after a failover changes nothing"
if engine destroy >"$log" 2>&1; then
  echo "engine: a bare destroy should be refused while the standby writes"
  exit 1
fi
echo "engine: a bare destroy after a failover is refused"
script teardown $stack --yes
[ "$(pulumi stack ls --json)" = "[]" ] && nothing_left
echo "engine: teardown after a failover leaves nothing"
script deploy $stack
stand_in_aws failover
stand_in_aws failover
quietly engine destroy --refresh
nothing_left
echo "engine: the environment can be created again, and after a failback destroy leaves nothing"
