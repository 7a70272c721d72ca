// Before `npm start`: installs the packages where they are missing or older than the lock file.
import { execSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
// npm writes this file last, so a broken installation does not count as one.
const installed = at("node_modules/.package-lock.json");
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(at("package-lock.json")).mtimeMs;

if (!isCurrent) {
  process.stderr.write("Installing packages (npm ci) ...\n");
  execSync("npm ci --no-audit --no-fund --loglevel=error", {
    cwd: at("."),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
