import { build } from "../../bench/bundles";
import { clientImports, reexport } from "../../bench/clientImports";
import { bundleTable, judge, SIZE_RATIO_MAX, type Row } from "../../bench/report";

const good: Row = {
  stem: "health",
  size: { whole: 125, alone: 100 },
  importMs: { whole: 75, alone: 50 },
  isReproducible: true,
};

describe("bench:bundles", () => {
  it("takes what our sources import of clients: values, once, nothing of other packages", () => {
    const found = clientImports([
      'import { A, type T, B as C } from "@aws-sdk/client-x"; import type { U } from "@aws-sdk/y";',
      'import { A } from "@aws-sdk/client-x"; import { Client } from "pg"; import j from "jose";',
      'import * as all from "@aws-sdk/z"; import "@aws-sdk/w"; import { own } from "./own";',
    ]);
    expect(reexport(found)).toBe(
      [
        'export { A as A0, B as B0 } from "@aws-sdk/client-x";',
        'export * as all1 from "@aws-sdk/w";',
        'export * as all2 from "@aws-sdk/z";',
        'export { Client as Client3 } from "pg";',
      ].join("\n"),
    );
  });

  it("allows 1.25 times the size and 1.5 times the import, and no difference of two builds", () => {
    expect(judge([good])).toEqual([]);
    expect(judge([{ ...good, size: { whole: 126, alone: 100 } }])).toEqual([
      expect.stringMatching(/^health: size is 1\.26 times .* allowed is 1\.25/),
    ]);
    expect(judge([{ ...good, importMs: { whole: 76, alone: 50 } }])).toEqual([
      expect.stringMatching(/^health: cold import is 1\.52 times .* allowed is 1\.5/),
    ]);
    expect(judge([{ ...good, isReproducible: false }])).toEqual([
      expect.stringMatching(/^health: two builds differ/),
    ]);
    expect(judge([{ ...good, importMs: { whole: NaN, alone: NaN } }])).toHaveLength(1);
  });

  it("prints a row for each function", () => {
    expect(bundleTable([good]).split("\n")).toEqual([
      "  function    KB   clients   ratio   import ms   clients   ratio   bytes",
      "  health     125       100    1.25        75.0      50.0    1.50    same",
    ]);
  });

  // The others take their seconds in `npm run bench:bundles`.
  it("finds health no larger than it may be, and the same bytes again", () => {
    const { row } = build("health");
    expect(row.isReproducible).toBe(true);
    expect(row.size.whole / row.size.alone).toBeLessThanOrEqual(SIZE_RATIO_MAX);
    // The clients alone are part of the whole: what is compared is the same thing.
    expect(row.size.whole).toBeGreaterThan(row.size.alone);
  });
});
