import type { Results } from "../../runner/tally";
import { dataTable, escaped, seconds, section } from "./html";
import { type Picture, picture } from "./picture";
import { recoveries } from "./recoveries";
import { style } from "./style";

export interface PageData {
  results: Results;
  pictures: readonly Picture[];
  /** The table that compares the designs over the same seeds, with its header first. */
  designs: readonly (readonly string[])[];
  assumptions: readonly { name: string; range: string; source: string }[];
  /** What can be replayed, and the command that does so. */
  replays: readonly { what: string; line: string }[];
}

/** The report of a run as one self-contained page, without scripts or network access. */
export function page(data: PageData): string {
  const { results, pictures } = data;
  const title = `The drill: ${results.outages} outages from seed ${results.seed}`;
  const parts = [
    head(title, results),
    recoveries(results),
    ...pictures.map(picture),
    designs(data),
    kinds(results),
    coverage(results),
    replays(data),
    assumptions(data),
  ];
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
    `<link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${style}</style></head>` +
    `<body><main>${parts.join("\n")}</main></body></html>\n`
  );
}

function head(title: string, { outages, orders, failed, slowest, brokenByAll, design }: Results) {
  const isGood = failed === 0 && brokenByAll.length === 0;
  const tiles: [value: string, text: string, mood: string][] = [
    [isGood ? "held" : "broken", "every promise, in every outage", isGood ? "good" : "broken"],
    [`${outages - failed} of ${outages}`, "outages passed", failed === 0 ? "good" : "broken"],
    [orders.acknowledged.toLocaleString("en"), "orders acknowledged", ""],
    [String(orders.missing), "of them missing", orders.missing === 0 ? "good" : "broken"],
    [String(orders.doubled), "settled twice", orders.doubled === 0 ? "good" : "broken"],
    [seconds(slowest?.seconds ?? null), "slowest recovery of settling", ""],
  ];
  const lead =
    `Design: ${design}. Played in virtual time against the program's own resources and the ` +
    "handlers that ship. Nothing of this ran on AWS.";
  const broken = brokenByAll.map(
    ({ name, seen }) => `<p class="lead">${escaped(`${name}: ${seen}`)}</p>`,
  );
  return (
    `<header><h1>${escaped(title)}</h1><p class="lead">${escaped(lead)}</p>${broken.join("")}</header>` +
    `<div class="tiles">${tiles
      .map(
        ([value, text, mood]) =>
          `<div class="tile ${mood}"><b>${escaped(value)}</b><span>${text}</span></div>`,
      )
      .join("")}</div>`
  );
}

function designs({ designs: [header, ...rows] }: PageData): string {
  if (header === undefined) return "";
  return section(
    "Beside other designs",
    "The same seeds, played against each: the plain design has its orchestrator and its triggers at home, " +
      "AWS's own one-minute metrics, an acknowledgement once the order is queued, no ledger and no latch.",
    dataTable(header, rows),
  );
}

function kinds({ kinds: all }: Results): string {
  return section(
    "Kinds of outage",
    "Two regions lost at once are played too, and never counted as passed.",
    dataTable(
      ["outage", "played", "passed", "failed", "not survivable"],
      all.map((each) => [
        each.kind,
        ...[each.played, each.passed, each.failed, each.notSurvivable].map(String),
      ]),
    ),
  );
}

function coverage({ coverage: counters }: Results): string {
  return section(
    "Moments that matter",
    "A run in which one of them never came proves nothing about it.",
    dataTable(
      ["moment", "times"],
      Object.entries(counters).map(([name, times]) => [name, String(times)]),
    ),
  );
}

function replays({ replays: lines }: PageData): string {
  const items = lines.map(
    ({ what, line }) => `<h3>${escaped(what)}</h3><pre>${escaped(line)}</pre>`,
  );
  return section("Play it again", "The same seed plays the same outage.", items.join(""));
}

function assumptions({ assumptions: all }: PageData): string {
  const rows = all.map(
    ({ name, range, source }) =>
      `<tr><td>${escaped(name)}</td><td>${escaped(range)}</td><td>${escaped(source)}</td></tr>`,
  );
  return section(
    "What no resource says",
    "Drawn for each outage; the unit is in the name.",
    `<div class="wide"><table class="text"><thead><tr><th>assumption</th><th>range</th><th>source</th></tr></thead>` +
      `<tbody>${rows.join("")}</tbody></table></div>`,
  );
}
