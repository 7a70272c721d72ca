/** Rows of text in columns; the first is left-aligned, all others right-aligned. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("   ")
        .trimEnd(),
    )
    .map((line) => `${indent}${line}`)
    .join("\n");
}

export function seconds(value: number | null): string {
  return value === null ? "never" : `${value.toFixed(1)} s`;
}

export function heading(text: string): string {
  return `${text}\n${"-".repeat(text.length)}`;
}
