import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";

export const root = path.join(__dirname, "..", "..");
export const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");
export const filesIn = (folder: string) => readdirSync(path.join(root, folder));
export const markdownIn = (folder: string) =>
  filesIn(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.posix.join(folder, name));

/** The first group of every match of the pattern. */
export const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, group]) => group!);

/** What stands below a heading, up to the next heading of the same level or a higher one. */
export function section(file: string, heading: string): string {
  const text = textOf(file);
  const [line, marks] = new RegExp(`^(#+) ${heading}$`, "m").exec(text) ?? [];
  if (line === undefined) throw new Error(`${file} has no heading "${heading}"`);
  const below = text.slice(text.indexOf(line) + line.length);
  const end = below.search(new RegExp(`^#{1,${marks!.length}} `, "m"));
  return end < 0 ? below : below.slice(0, end);
}

/** The cells of every row below the header of the text's table. */
export function rows(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const cellsOf = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1);
  return lines.slice(2).map((line) => cellsOf(line).map((cell) => cell.trim()));
}

/** The code spans of a text. */
export const codeIn = (text: string) => matches(text, /`([^`\n]+)`/g);
