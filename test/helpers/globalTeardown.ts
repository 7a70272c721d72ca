import { rmSync } from "node:fs";

/** Removes what globalSetup.ts made. */
export default function tearDown(): void {
  rmSync(process.env["CAPTURE_DIRECTORY"]!, { recursive: true, force: true });
}
