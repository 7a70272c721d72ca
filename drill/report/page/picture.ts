import type { Lane, LaneState, Recording, Span } from "../../scenario/recording";
import { escaped, percent, section } from "./html";

/** One outage to draw. */
export interface Picture {
  title: string;
  seed: string;
  kind: string;
  recording: Recording;
  timeline: readonly { seconds: number; text: string }[];
  replay: string;
}

const TICK_SECONDS = 120;
/** Minimum width of a strip (style.ts), from which follows which labels fit. */
const STRIP_MIN_PX = 450;
const LETTER_PX = 6.5;
const PADDING_PX = 8;

const states: Readonly<Record<LaneState, string>> = {
  home: "home",
  standby: "standby",
  moving: "on the way",
  some: "part of it fails",
  bad: "fails",
  fault: "fault",
};

/** One outage: lanes over time, and the orders that were open meanwhile. */
export function picture({ title, seed, kind, recording, timeline, replay }: Picture): string {
  const lanes = recording.lanes
    .filter(({ spans, marks }) => spans.length + marks.length > 0)
    .map((lane) => laneRow(lane, recording))
    .join("\n");
  const key = Object.entries(states)
    .map(([state, text]) => `<span><i class="${state}"></i>${text}</span>`)
    .concat(
      '<span><i class="event"></i>an event</span>',
      '<span><i class="dashed"></i>the fault</span>',
    )
    .join("");
  const moments = timeline
    .map(({ seconds, text }) => `<li><b>${seconds.toFixed(1)}</b>${escaped(text)}</li>`)
    .join("");
  return section(
    title,
    `${kind}, seed ${seed}. Seconds from the fault.`,
    `<div class="key">${key}</div><div class="scroll"><div>${lanes}${axis(recording)}` +
      `${openOrders(recording)}</div></div>` +
      `<details><summary>What happened, moment by moment</summary><ol class="story">${moments}</ol></details>` +
      `<pre>${escaped(replay)}</pre>`,
  );
}

function laneRow({ name, spans, marks }: Lane, { from, to }: Recording): string {
  const cells = spans.map((span) => {
    const width = `${((100 * (span.to - span.from)) / (to - from)).toFixed(2)}%`;
    const title = escaped(`${span.from} to ${span.to} s: ${span.text}`);
    return `<i class="${span.state}" style="left:${percent(span.from, from, to)};width:${width}" title="${title}">${escaped(labelOf(span, (span.to - span.from) / (to - from)))}</i>`;
  });
  const ticks = marks.map(
    ({ at, text }) =>
      `<u class="mark" style="left:${percent(at, from, to)}" title="${escaped(`${at} s: ${text}`)}"></u>`,
  );
  return (
    `<div class="lane"><span>${escaped(name)}</span>` +
    `<div class="strip">${cells.join("")}${ticks.join("")}</div></div>`
  );
}

/** A label is shown in full or not at all. The title always contains it. */
function labelOf({ text }: Span, share: number): string {
  return share * STRIP_MIN_PX >= text.length * LETTER_PX + PADDING_PX ? text : "";
}

function axis({ from, to }: Recording): string {
  const ticks: string[] = [];
  for (let at = Math.ceil(from / TICK_SECONDS) * TICK_SECONDS; at <= to; at += TICK_SECONDS) {
    ticks.push(`<span style="left:${percent(at, from, to)}">${at} s</span>`);
  }
  return `<div class="axis"><span></span><div class="ticks">${ticks.join("")}</div></div>`;
}

function openOrders({ openOrders: samples, from, to }: Recording): string {
  const most = Math.max(1, ...samples.map(([, orders]) => orders));
  const points = samples
    .map(([at, orders]) => `${(at - from).toFixed(0)},${(most - orders).toFixed(0)}`)
    .join(" ");
  return (
    `<div class="lane"><span>open orders, at most ${most}</span>` +
    `<svg viewBox="0 0 ${(to - from).toFixed(0)} ${most}" preserveAspectRatio="none" role="img" ` +
    `aria-label="open orders over time, at most ${most}"><line x1="${-from}" x2="${-from}" y1="0" y2="${most}"/>` +
    `<polyline points="${points}"/></svg></div>`
  );
}
