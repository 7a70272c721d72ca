import type { ProgramDescription } from "../drill";

type Rule = ProgramDescription["rules"][number];

/**
 * Functions that loop for longer than the interval of their schedule. Started more often, they would
 * only take each other's concurrency.
 */
const loops = ["sentinel", "failoverOrchestrator"];
const MINUTE_MS = 60_000;
/** Schedules of a day would fire at the start alone. */
const PERIOD_MAX_MS = 3_600_000;

interface SpedUp {
  /** The program without the faster rules. */
  program: ProgramDescription;
  faster: readonly (Rule & { periodMs: number })[];
}

/**
 * Shortens the intervals of the schedules that fire every minute, unless their functions loop. Health
 * checks and alarms keep theirs: one checker's request costs as much as an order, and the functions
 * publish metrics as often as before.
 */
export function spedUp(program: ProgramDescription, speed: number): SpedUp {
  const isLoop = (arn: string) => loops.includes(program.functions.get(arn)?.stem ?? "");
  const isFaster = ({ periodMs, targets }: Rule): boolean =>
    speed > 1 && periodMs === MINUTE_MS && !targets.some(({ arn }) => isLoop(arn));
  const isUsed = (rule: Rule): boolean => (rule.periodMs ?? 0) <= PERIOD_MAX_MS && !isFaster(rule);
  return {
    faster: program.rules
      .filter(isFaster)
      .map((rule) => ({ ...rule, periodMs: MINUTE_MS / speed })),
    program: {
      ...program,
      rules: program.rules.filter(isUsed),
    },
  };
}
