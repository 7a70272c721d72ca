type Rows = readonly (readonly string[])[];

/** Rows of text in columns, each cell padded to its column's width. */
function columns(
  rows: Rows,
  gap: string,
  pad: (cell: string, width: number, column: number) => string,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i]!, i))
      .join(gap)
      .trimEnd(),
  );
}

/** Rows of text in columns; the first is left-aligned, all others right-aligned. */
export function table(rows: Rows, indent = "  "): string {
  const lines = columns(rows, "   ", (cell, width, column) =>
    column === 0 ? cell.padEnd(width) : cell.padStart(width),
  );
  return lines.map((line) => `${indent}${line}`).join("\n");
}

/** Rows of text in left-aligned columns. */
export function textTable(rows: Rows): string {
  return columns(rows, "  ", (cell, width) => cell.padEnd(width)).join("\n");
}

export function seconds(value: number | null): string {
  return value === null ? "never" : `${value.toFixed(1)} s`;
}

export function heading(text: string): string {
  return `${text}\n${"-".repeat(text.length)}`;
}
