// Adds up the results that jest wrote, and the parts that failed or were skipped:
// `count.mjs DIRECTORY FAILED_PARTS SKIPPED_PARTS`. Prints the gate's last line; exits with 1 where
// something failed, and with CI_STRICT=1 also where something was skipped.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [directory, failedParts, skippedParts] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedParts);
let skipped = Number(skippedParts);
const files = readdirSync(directory).filter((file) => file.endsWith(".json"));
for (const file of files) {
  const results = JSON.parse(readFileSync(join(directory, file), "utf8"));
  passed += results.numPassedTests;
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  skipped += results.numPendingTests + results.numTodoTests;
}
// No results at all: the tests did not run.
if (passed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || (process.env.CI_STRICT === "1" && skipped > 0) ? 1 : 0);
