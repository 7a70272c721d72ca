import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Pool } from "../runner/pool";

interface Worker {
  double: (n: number) => number;
  fail: (text: string) => never;
  exit: (code: number) => never;
  fill: (asked: null) => never;
}

// The result is kept, because otherwise the optimizing compiler would remove the allocation.
const source = `
export const double = (n) => 2 * n;
export const fail = (text) => { throw new Error(text); };
export const exit = (code) => process.exit(code);
globalThis.kept = [];
export const fill = () => { for (;;) globalThis.kept.push(Array.from({ length: 1000 }, () => ({}))); };
`;

describe("a pool of worker threads", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "pool-"));
  let pool: Pool<Worker>;

  beforeAll(async () => {
    const file = path.join(directory, "worker.ts");
    writeFileSync(file, source);
    pool = await Pool.start<Worker>(file, 2);
  });
  afterAll(async () => {
    await pool.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("answers each task", async () => {
    const answers = [1, 2, 3, 4, 5].map((n) => pool.run("double", n));
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10]);
  });

  it("rethrows a task's error", async () => {
    await expect(pool.run("fail", "a bug in the world")).rejects.toThrow("a bug in the world");
  });

  it("reports why a thread died", async () => {
    await expect(pool.run("exit", 7)).rejects.toThrow(/7/);
    await expect(pool.run("fill", null)).rejects.toThrow(/memory/);
  }, 60_000);
});
