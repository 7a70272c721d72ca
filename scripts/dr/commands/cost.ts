import { type Line, billOf } from "../cost/bill";
import { command } from "../command";
import { planOf, planOptions } from "../plan";
import { textTable } from "../../../support/cli/table";

export const cost = command({
  about: "What a configuration bills for in a month, with prices where there is a source",
  options: planOptions,
  run: async (tools, given) => {
    const lines = billOf(await planOf(tools, given));
    const dollars = lines.reduce((total, line) => total + (dollarsOf(line) ?? 0), 0);
    return { exit: "done", text: textOf(lines, dollars), data: { lines, pricedDollars: dollars } };
  },
});

function dollarsOf({ quantity, price }: Line): number | null {
  return quantity === null || price === null ? null : quantity * price.dollars;
}

function textOf(lines: readonly Line[], dollars: number): string {
  const row = (line: Line) => [
    line.service,
    line.what,
    line.quantity === null ? "by use" : String(Math.round(line.quantity)),
    line.unit,
    line.price === null ? "" : `$${(dollarsOf(line) ?? 0).toFixed(2)}`,
  ];
  const priced = lines.filter(({ price }) => price !== null);
  const others = lines.filter(({ price }) => price === null);
  const sources = new Set(priced.map(({ price }) => `${price!.source} (${price!.readOn})`));
  return [
    textTable(priced.map(row)),
    "",
    `$${dollars.toFixed(2)} a month for the lines above, at prices of us-east-1. Not priced:`,
    "",
    textTable(others.map(row)),
    "",
    "Not an offer of AWS: look prices up before you rely on them. Read in:",
    ...[...sources].map((source) => `  ${source}`),
  ].join("\n");
}
