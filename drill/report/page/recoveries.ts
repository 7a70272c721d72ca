import { RTO_SECONDS } from "../../shipped";
import { BIN_SECONDS, BINS, type KindRecovery, type Results } from "../../runner/tally";
import { recoveryHeader, recoveryRows } from "../recoveryTable";
import { dataTable, escaped, percent, seconds, section } from "./html";

const AXIS_SECONDS = BIN_SECONDS * BINS;

/**
 * How long orders took to settle again: one strip per kind of outage, darker where more outages
 * fall.
 */
export function recoveries({ recoveries: kinds, bounds }: Results): string {
  if (kinds.length === 0) return "";
  const rows = [...kinds].sort((a, b) => (b.settled.p50 ?? 0) - (a.settled.p50 ?? 0)).map(row);
  const strips = section(
    "Orders settle again: every kind of outage against the promise",
    `Each strip runs from the fault to ${AXIS_SECONDS} s; the red line is the promise, ` +
      `${RTO_SECONDS} s, the dark ones are median and p99, the numbers median, p99 and maximum. Only outages that call for a failover.`,
    `${rows.join("\n")}\n${axis()}`,
  );
  const table = section(
    "Recovery, and what it is held to",
    "In seconds from the fault. Settled: in the database. Accepted: acknowledged to a client.",
    dataTable(recoveryHeader, recoveryRows(bounds)),
  );
  return `${strips}\n${table}`;
}

function axis(): string {
  const ticks = [0, 100, 200, 300, AXIS_SECONDS].map(
    (at) => `<span style="left:${percent(at, 0, AXIS_SECONDS)}">${at} s</span>`,
  );
  return `<div class="row"><span></span><div class="ticks">${ticks.join("")}</div><small></small></div>`;
}

function row({ kind, settled, bins }: KindRecovery): string {
  const most = Math.max(...bins);
  const cells = bins.map((count, i) => {
    if (count === 0) return "";
    const from = i * BIN_SECONDS;
    const title = `${from} to ${from + BIN_SECONDS} s: ${count} outages`;
    const opacity = (0.25 + (0.75 * count) / most).toFixed(2);
    const width = percent(BIN_SECONDS, 0, AXIS_SECONDS);
    return `<i style="left:${percent(from, 0, AXIS_SECONDS)};width:${width};opacity:${opacity}" title="${title}"></i>`;
  });
  const ticks = [settled.p50, settled.p99].map((value) =>
    value === null ? "" : `<u style="left:${percent(value, 0, AXIS_SECONDS)}"></u>`,
  );
  const limit = `<u class="limit" style="left:${percent(RTO_SECONDS, 0, AXIS_SECONDS)}"></u>`;
  const never = settled.never === 0 ? "" : `, ${settled.never} never`;
  const numbers = `${seconds(settled.p50)} · ${seconds(settled.p99)} · max ${seconds(settled.max)}`;
  return (
    `<div class="row"><span>${escaped(kind)} <small>${settled.count}${never}</small></span>` +
    `<div class="strip">${cells.join("")}${ticks.join("")}${limit}</div>` +
    `<small>${numbers}</small></div>`
  );
}
