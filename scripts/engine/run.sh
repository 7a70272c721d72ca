#!/usr/bin/env bash
# run.sh PROJECT STACK COMMAND...       a Pulumi command on the stand-in providers: run.sh . dev up --yes
# run.sh PROJECT STACK exec PROGRAM...  any program in the same environment
# run.sh check                          77 and one line where the engine can neither be found nor built
# State, journal and rules of the stack are in RIG_STATE, PROJECT/.rig/STACK by default. See README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=v3.250.0
module=github.com/pulumi/pulumi/pkg/v3
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/trading-platform/pulumi-$version

# The directory to put on the PATH: empty where pulumi is on it already.
bin=$cache/bin
! command -v pulumi >/dev/null || bin=""
if [ -n "$bin" ] && [ ! -x "$bin/pulumi" ]; then
  missing=""
  if ! command -v go >/dev/null; then
    missing="there is neither pulumi nor Go to build it with"
  elif ! (cd / && go list -m "$module@$version") >/dev/null 2>&1; then
    missing="there is no pulumi and Go cannot fetch its modules"
  fi
  if [ -n "$missing" ]; then
    echo "engine: skipped, because $missing"
    exit 77
  fi
fi
[ "${1:-}" != check ] || exit 0
[ $# -ge 3 ] || { sed -n '2,5s/^# //p' "$0"; exit 2; }
project=$(cd "$1" && pwd)
stack=$2
shift 2

build() { # pulumi from its Go modules, once for each version
  local source=$cache/source
  mkdir -p "$source" "$bin"
  cd "$source"
  [ -f go.mod ] || go mod init engine
  printf 'package main\n\nimport _ "%s/cmd/pulumi"\n' "$module" >tools.go
  go get "$module/cmd/pulumi@$version"
  go build -mod=mod -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
    -o "$bin/pulumi.part" "$module/cmd/pulumi"
  mv "$bin/pulumi.part" "$bin/pulumi"
}
launcher() { # launcher FILE MODULE [VERSION]
  mkdir -p "$(dirname "$1")"
  printf '#!/bin/sh\nRIG_VERSION=%s exec node "%s" "$@"\n' "${3:-}" "$here/$2" >"$1"
  chmod +x "$1"
}

if [ -n "$bin" ] && [ ! -x "$bin/pulumi" ]; then
  mkdir -p "$cache"
  echo "engine: builds pulumi $version, once (a few minutes)" >&2
  (
    flock 9
    [ -x "$bin/pulumi" ] || (build) >"$cache/build.log" 2>&1 || { tail -20 "$cache/build.log" >&2; exit 1; }
  ) 9>"$cache/lock"
fi

export RIG_STATE=${RIG_STATE:-$project/.rig/$stack}
mkdir -p "$RIG_STATE/backend"
RIG_STATE=$(cd "$RIG_STATE" && pwd)
export PULUMI_HOME=$RIG_STATE/home
for name in aws random; do
  installed=$(cd "$here" && node -p "require('@pulumi/$name/package.json').version")
  launcher "$PULUMI_HOME/plugins/resource-$name-v$installed/pulumi-resource-$name" "providers/$name.mjs" "$installed"
done
export PATH="$RIG_STATE/bin${bin:+:$bin}:$PATH"
command -v pulumi-language-nodejs >/dev/null || launcher "$RIG_STATE/bin/pulumi-language-nodejs" language.mjs

export PULUMI_BACKEND_URL=file://$RIG_STATE/backend
export PULUMI_CONFIG_PASSPHRASE=${PULUMI_CONFIG_PASSPHRASE-stand-in}
export PULUMI_SKIP_UPDATE_CHECK=true PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
unset PULUMI_ACCESS_TOKEN
cd "$project"
if [ "$1" = exec ]; then
  shift
  exec "$@"
fi

# The stack is made in a folder of its own: it would write its salt into the project's configuration.
settings=$RIG_STATE/settings
file=Pulumi.$stack.yaml
if [ ! -f "$settings/$file" ]; then
  mkdir -p "$settings"
  printf '%s\nruntime: nodejs\n' "$(grep '^name:' Pulumi.yaml)" >"$settings/Pulumi.yaml"
  pulumi stack init "$stack" --cwd "$settings" --non-interactive >/dev/null
fi
salt=$(grep '^encryptionsalt:' "$settings/$file")
{ grep -v '^encryptionsalt:' "$file" 2>/dev/null || true; echo "$salt"; } >"$settings/merged.yaml"
config=()
case $1 in preview | up | refresh | destroy) config=(--config-file "$settings/merged.yaml") ;; esac
exec pulumi "$@" --stack "$stack" --non-interactive "${config[@]}"
