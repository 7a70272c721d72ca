import { RTO_SECONDS } from "../../../lambda/failover/budget";
import type { Takeover } from "../../../lambda/failover/takeovers";
import type { Experiment } from "../../../lib/gameDay/experiments";
import type { Exit } from "../exit";
import type { Fact } from "../fact";
import type { Ending } from "./experiment";

/** What was seen of an experiment. */
export interface Observed {
  expected: Experiment["expected"];
  ending: Ending;
  /** Null: nothing can show the fault. */
  hasSeenFault: boolean | null;
  /** The first takeover since the start; null without one. */
  takeover: Fact<Takeover | null>;
  /** Orders that were acknowledged during the experiment. */
  acknowledged: number;
  /** Those that the active region's database does not have. */
  lost: Fact<readonly string[]>;
  /** What has not caught up in the other region; null if everything has. */
  behind: Fact<string | null>;
}

export interface Verdict {
  verdict: "PASS" | "FAIL" | "INCONCLUSIVE";
  reason: string;
}

export const exitOf: Readonly<Record<Verdict["verdict"], Exit>> = {
  PASS: "done",
  FAIL: "refused",
  INCONCLUSIVE: "unknown",
};

const fail = (reason: string): Verdict => ({ verdict: "FAIL", reason });
const inconclusive = (reason: string): Verdict => ({ verdict: "INCONCLUSIVE", reason });

/**
 * FAIL: a promise was broken. INCONCLUSIVE: it could not be found out, or the fault was not there for
 * the whole time. PASS: everything that is expected was seen.
 */
export function judge(observed: Observed): Verdict {
  const { expected, ending, hasSeenFault, takeover, acknowledged, lost, behind } = observed;
  if ("value" in lost && lost.value.length > 0) {
    return fail(`${lost.value.length} of ${acknowledged} acknowledged orders are lost`);
  }
  const broken = "value" in takeover ? brokenBy(expected, takeover.value) : null;
  if (broken !== null && takeoverIsDue(observed)) return fail(broken);
  if (ending.status !== "completed") {
    return inconclusive(`the experiment is ${ending.status}: ${ending.reason}`);
  }
  if (hasSeenFault === false) return inconclusive("nothing showed the fault, so it proves nothing");
  if ("problem" in takeover) return inconclusive(`no history of takeovers: ${takeover.problem}`);
  if ("problem" in lost) return inconclusive(`orders could not be checked: ${lost.problem}`);
  if (acknowledged === 0) return inconclusive("no order was acknowledged, so none could be lost");
  if (expected === "takeover") {
    const { rtoSeconds, rpoSeconds } = takeover.value!;
    return { verdict: "PASS", reason: `RTO ${rtoSeconds} s, RPO ${rpoSeconds} s, no order lost` };
  }
  if ("problem" in behind) return inconclusive(`replication is unknown: ${behind.problem}`);
  if (behind.value !== null) return fail(`replication has not caught up: ${behind.value}`);
  return { verdict: "PASS", reason: "no takeover, no order lost, replication has caught up" };
}

/** A missing takeover is only a failure if its fault was there, and for long enough. */
function takeoverIsDue({ expected, ending, hasSeenFault, takeover }: Observed): boolean {
  if (expected === "no takeover") return true;
  if ("value" in takeover && takeover.value !== null) return true;
  return ending.status === "completed" && hasSeenFault !== false;
}

function brokenBy(expected: Experiment["expected"], takeover: Takeover | null): string | null {
  if (expected === "no takeover") {
    return takeover && `${takeover.active} has taken over: ${takeover.reason}`;
  }
  if (takeover === null) return "no region has taken over";
  if (takeover.rtoSeconds <= RTO_SECONDS) return null;
  return `the RTO was ${takeover.rtoSeconds} s, and ${RTO_SECONDS} s are promised`;
}
