import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** A directory that is removed when the process ends, even after an interrupt. */
export class TemporaryDirectory {
  readonly path = mkdtempSync(path.join(tmpdir(), "drill-"));
  private readonly onExit = (): void => this.remove();

  constructor() {
    process.once("exit", this.onExit);
  }

  remove(): void {
    process.off("exit", this.onExit);
    rmSync(this.path, { recursive: true, force: true });
  }
}
