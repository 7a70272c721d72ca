import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes the directory in which test files share captures of the program. */
export default function setUp(): void {
  process.env["CAPTURE_DIRECTORY"] = mkdtempSync(join(tmpdir(), "captures-"));
}
