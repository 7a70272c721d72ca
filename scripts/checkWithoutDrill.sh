#!/usr/bin/env bash
# Deletes drill/ and live/ and their lines in package.json in a copy: what is left must install,
# build, pass its tests and bundle everything that is deployed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# PostgreSQL runs as a user of its own, who must be able to read the packages.
chmod 755 "$copy"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"
rm -r drill live
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const root = JSON.parse(readFileSync("package.json", "utf8"));
  delete root.workspaces;
  for (const [name, command] of Object.entries(root.scripts))
    if (/\b(drill|live)\//.test(command)) delete root.scripts[name];
  writeFileSync("package.json", `${JSON.stringify(root, null, 2)}\n`);
'
# Linters want a repository: what is ignored is read from it.
git init -q .
npm install --no-audit --no-fund --loglevel=error
# All of `npm run check` but knip: in support/ some exports were for them alone.
npx tsc --noEmit
npx eslint .
npm run --silent check:imports
npx jest --silent
npm run --silent bench:bundles
echo "without the drill and live: the program builds, is tested and bundles"
