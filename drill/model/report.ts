import { controlOf, regionNames } from "./controlItem";
import type { Exploration, Violation } from "./explore";
import { entryAt, type State, type Volume } from "./state";

const count = (number: number): string => number.toLocaleString("en-US");

/** One line per exploration. */
export function explorationLine(name: string, exploration: Exploration): string {
  const { states, isComplete, healed, violation } = exploration;
  const extent = isComplete ? "complete" : violation === null ? "limit" : "stopped";
  return [
    `  ${name}`,
    `    ${count(states)} states (${extent}), ${count(healed)} healed, ${violation === null ? "no violation" : `VIOLATION: ${violation.what}`}`,
  ].join("\n");
}

/** The steps that lead to a violation and, with `isLong`, the state after each of them. */
export function traceText({ what, trace }: Violation, isLong: boolean): string {
  const lines = trace.flatMap(({ text, state }, i) => [
    `    ${String(i + 1).padStart(2)}. ${text}`,
    ...(isLong ? [`          ${stateText(state)}`] : []),
  ]);
  return [...lines, `        => ${what}`].join("\n");
}

function stateText(state: State): string {
  const control = controlOf(state.control);
  const place =
    control === null
      ? "no control item"
      : `epoch ${control.epoch}, ` +
        (control.active === null
          ? `${control.how} to ${control.target}`
          : `${control.active} active`);
  const regions = regionNames.map(
    (name, i) => `${name}${state.isUp[i] ? "" : " (lost)"}: ${volumeText(state.volumes[i]!)}`,
  );
  const orders = state.orders.map(
    ({ status, settledEpoch }, i) =>
      `order ${i} ${status}, settled under ${settledEpoch || "none"}`,
  );
  return [place, ...regions, ...orders].join(" | ");
}

function volumeText({ role, log }: Volume): string {
  const entries = Array.from({ length: log.length }, (_, i) => {
    const { order, epoch } = entryAt(log, i);
    return order === null ? `epoch ${epoch}` : `order ${order} (${epoch})`;
  });
  return `${role} [${entries.join(", ")}]`;
}
