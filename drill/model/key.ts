import type { Closer, Order, Processor, Run, State, Volume } from "./state";

/** Size of the longest key: the fixed part, two logs, two orders, two invocations. */
const buffer = Buffer.alloc(64);

const roles: Record<Volume["role"], number> = { writer: 0, reader: 1, discarded: 2 };
const statuses: Record<Order["status"], number> = {
  open: 0,
  closed: 1,
  rejected: 2,
  deleted: 3,
  absent: 4,
};
const hows: Record<Run["how"], number> = { start: 0, failover: 1, switchover: 2 };
const runDoes: Record<Run["does"], number> = {
  nothing: 0,
  create: 1,
  fence: 2,
  promote: 3,
  raise: 4,
  activate: 5,
  notify: 6,
};
const processorDoes: Record<Processor["does"], number> = {
  nothing: 0,
  inserts: 1,
  commits: 2,
  compares: 3,
  marks: 4,
};
const closerDoes: Record<Closer["does"], number> = {
  nothing: 0,
  reads: 1,
  closes: 2,
  deletes: 3,
};

let length = 0;

/**
 * The state as a short string with one byte per character. Two states are the same exactly if their
 * keys are. The order of the invocations is left out, because they are interchangeable.
 */
export function keyOf(state: State): string {
  const { promotion, luck, runs } = state;
  length = 0;
  write(state.control & 0xff);
  write(state.control >> 8);
  write(
    state.writer |
      (promotion === null ? 0 : 2 | (promotion.target << 2) | (Number(promotion.losesData) << 3)) |
      (Number(state.isUp[0]) << 4) |
      (Number(state.isUp[1]) << 5) |
      (Number(state.wasUnasked) << 6),
  );
  writeVolume(state.volumes[0]);
  writeVolume(state.volumes[1]);
  for (const order of state.orders) write(statuses[order.status] | (order.settledEpoch << 3));
  const codes = [runCode(runs[0]!), runCode(runs[1] ?? runs[0]!)];
  write16(Math.min(codes[0]!, codes[1]!));
  if (runs.length > 1) write16(Math.max(codes[0]!, codes[1]!));
  for (const { does, order, epoch } of state.processors) {
    write(processorDoes[does] | (order << 3) | (epoch << 4));
  }
  for (const { does, seen, epoch } of state.closers) {
    write(closerDoes[does] | (seen << 2) | (epoch << 4));
  }
  write(luck.homeLosses | (luck.standbyLosses << 2) | (luck.falseSigns << 4));
  write(luck.failbacks | (luck.failoversHome << 2) | (luck.failoversStandby << 4));
  return buffer.toString("latin1", 0, length);
}

function write(byte: number): void {
  buffer[length++] = byte;
}

function write16(value: number): void {
  write(value & 0xff);
  write(value >> 8);
}

function writeVolume({ role, log }: Volume): void {
  write(roles[role] | (log.length << 2));
  for (let i = 0; i < log.length; i++) write(log.charCodeAt(i));
}

function runCode(run: Run): number {
  return (
    runDoes[run.does] |
    (run.self << 3) |
    (run.target << 4) |
    (hows[run.how] << 5) |
    (Number(run.isCurrent) << 7) |
    (run.epoch << 8)
  );
}
