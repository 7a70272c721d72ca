#!/usr/bin/env bash
# Installs only what `pulumi up` needs in a copy, and loads the program there as Pulumi does: with
# its own ts-node and the tsconfig that Pulumi.yaml names. The handlers are bundled for real.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"
npm ci --omit=dev --no-audit --no-fund --loglevel=error
node -e '
  const { loadTypeScriptCompilerOptions, typeScriptRequireStrings } = require("@pulumi/pulumi/tsutils");
  const [, project] = /^ +tsconfig: (\S+)$/m.exec(require("node:fs").readFileSync("Pulumi.yaml", "utf8"));
  const compilerOptions = loadTypeScriptCompilerOptions(project);
  const { tsnodeRequire, typescriptRequire } = typeScriptRequireStrings();
  // Resolved from Pulumi itself, as its language host does.
  const { createRequire } = require("node:module");
  createRequire(require.resolve("@pulumi/pulumi"))(tsnodeRequire).register({
    compiler: typescriptRequire,
    transpileOnly: compilerOptions.noCheck,
    project,
    compilerOptions,
  });
  require("./support/capture/capture").captureProgram({ bundle: true }).then(
    ({ resources }) => {
      const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
      if (functions.length === 0) throw new Error("the program declares no function");
      console.log(`production packages alone: the program loads and bundles ${functions.length} functions`);
    },
  ).catch((error) => { console.error(error); process.exit(1); });
'
