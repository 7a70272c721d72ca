#!/usr/bin/env bash
# On the real Pulumi engine with stand-in providers: deploy twice, fail over in the stand-in world,
# see that a bare destroy is refused, tear down. Skipped where there is neither pulumi nor a way to
# build it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/engine/run.sh check
stack=pr-7

if [ "${1:-}" != inside ]; then
  state=$(mktemp -d)
  trap 'rm -rf "$state" "Pulumi.$stack.yaml"' EXIT
  RIG_STATE=$state scripts/engine/run.sh . "$stack" exec scripts/engineTeardown.sh inside
  exit
fi

export PORT=${PORT:-18765}
export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
node test/scripts/standInAws.mjs &
server=$!
trap 'kill $server' EXIT
log=$RIG_STATE/log
script() { node --import tsx "scripts/$1.ts" "${@:2}" >"$log" 2>&1 || { tail -40 "$log"; exit 1; }; }

script deploy $stack
rm "Pulumi.$stack.yaml" # as in a fresh checkout
script deploy $stack
grep -qE '^ +[0-9]+ unchanged' "$log" && ! grep -qE '^ +[-+~] +[0-9]' "$log"
echo "engine: a second deploy from a fresh checkout changes nothing"
node test/scripts/standInAws.mjs failover
if pulumi destroy --yes --skip-preview --non-interactive --stack $stack >"$log" 2>&1; then
  echo "engine: a bare destroy should be refused while the standby writes"
  exit 1
fi
echo "engine: a bare destroy after a failover is refused"
script teardown $stack --yes
[ "$(pulumi stack ls --json)" = "[]" ] && [ -z "$(ls "$RIG_STATE/world")" ]
echo "engine: teardown after a failover leaves nothing"
