import { table } from "../support/cli/table";

/** Of a bundle, and of its clients alone. */
export interface Both<T = number> {
  whole: T;
  alone: T;
}

export interface Row {
  stem: string;
  /** KB. */
  size: Both;
  importMs: Both;
  /** A second build gave the same bytes. */
  isReproducible: boolean;
}

/** What a bundle may be of its clients alone. */
export const SIZE_RATIO_MAX = 1.25;
export const IMPORT_RATIO_MAX = 1.5;

/** What is wrong with the bundles, one line each; none where nothing is. */
export function judge(rows: readonly Row[]): string[] {
  return rows.flatMap(({ stem, size, importMs, isReproducible }) => [
    ...(isReproducible ? [] : [`${stem}: two builds differ; look for a time or a path in it`]),
    ...exceeds(stem, "size", size, SIZE_RATIO_MAX),
    ...exceeds(stem, "cold import", importMs, IMPORT_RATIO_MAX),
  ]);
}

function exceeds(stem: string, what: string, { whole, alone }: Both, max: number): string[] {
  const ratio = whole / alone;
  // Not a number is no good sign either.
  if (ratio <= max) return [];
  return [
    `${stem}: ${what} is ${ratio.toFixed(2)} times that of its clients alone; allowed is ${max}; ` +
      "look at what it imports beside them",
  ];
}

export function bundleTable(rows: readonly Row[]): string {
  const head = ["function", "KB", "clients", "ratio", "import ms", "clients", "ratio", "bytes"];
  const cells = rows.map(({ stem, size, importMs, isReproducible }) => [
    stem,
    ...numbers(size, 0),
    ...numbers(importMs, 1),
    isReproducible ? "same" : "DIFFER",
  ]);
  return table([head, ...cells]);
}

function numbers({ whole, alone }: Both, digits: number): string[] {
  return [whole.toFixed(digits), alone.toFixed(digits), (whole / alone).toFixed(2)];
}
