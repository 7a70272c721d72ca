/** Escapes text for an element or a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A table whose first column names the row. The other columns hold numbers. */
export function dataTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (tag: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return (
    `<div class="wide"><table><thead>${line("th", header)}</thead>` +
    `<tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table></div>`
  );
}

export function section(title: string, lead: string, body: string): string {
  return `<section><h2>${escaped(title)}</h2><p class="lead">${escaped(lead)}</p>${body}</section>`;
}

/** The position of a value between two others, as a CSS percentage. */
export function percent(value: number, from: number, to: number): string {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return `${(100 * share).toFixed(2)}%`;
}

export function seconds(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(0)} s`;
}
