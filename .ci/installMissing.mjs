// Before `npm start` and `npm test`: installs the packages where one of the lock file is missing or has
// another version.
import { execSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Packages by their folder; none where the file is not there. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(at(file), "utf8")).packages;
  } catch {
    return {};
  }
}

// npm writes the second file last, so a broken installation does not count as one.
const wanted = Object.entries(packagesOf("package-lock.json"));
const installed = packagesOf("node_modules/.package-lock.json");
const isCurrent = wanted.every(
  ([folder, { version, optional }]) =>
    folder === "" || optional || installed[folder]?.version === version,
);

if (!isCurrent) {
  process.stderr.write("Installing packages (npm ci) ...\n");
  execSync("npm ci --no-audit --no-fund --loglevel=error", {
    cwd: at("."),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
