import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes the directory in which test files share captures of the program. On Node 20 the AWS SDK warns in
 * every test file; the project supports that Node.
 */
export default function setUp(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  process.env["CAPTURE_DIRECTORY"] = mkdtempSync(join(tmpdir(), "captures-"));
}
