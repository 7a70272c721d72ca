import type { Order } from "../operators";
import { bounds } from "../bounds";
import { destroy } from "./destruction";
import { type FaultKind, type Stage, type Undo, fault } from "./fault";

/** Operators request a failback and repeat the command until it is done. */
export const failback: FaultKind = {
  name: "failback",
  lasts: [300, 300],
  draw: (stream) => {
    const role = stream.pick(["home", "standby"] as const);
    return fault(
      {
        name: "failback",
        description: `operators ask ${role}'s orchestrator for a failback, again until done`,
        failover: "must not",
      },
      ({ operators, region }) => [operators.repeat(region(role), { action: "failback" })],
    );
  },
};

/** Operators request a failover, with or without an outage. */
export const failoverAsked: FaultKind = {
  name: "failover asked",
  lasts: [300, 300],
  draw: (stream) => {
    const role = stream.pick(["home", "standby"] as const);
    return fault(
      {
        name: "failover asked",
        description: `operators ask ${role}'s orchestrator for a failover to the standby`,
        failover: "may",
      },
      ({ operators, region }) => [
        operators.repeat(region(role), { action: "failover", to: region("standby") }),
      ],
    );
  },
};

/** Commands that cannot prevent a takeover. */
const harmless: readonly string[] = ["arm", "status"];
const whims = ["failover to standby", "failover to home", "failback", "arm", "disarm", "status"];

/** Contradicting commands at bad moments, to either orchestrator. */
export const operatorsWhims: FaultKind = {
  name: "operators' whims",
  lasts: [60, 300],
  draw: (stream) => {
    const asked = Array.from({ length: stream.integer(1, 3) }, () => ({
      role: stream.pick(["home", "standby"] as const),
      whim: stream.pick(whims),
      afterSeconds: stream.integer(0, 60),
    }));
    const said = asked.map(
      ({ role, whim, afterSeconds }) => `"${whim}" at ${role} after ${afterSeconds} s`,
    );
    return fault(
      {
        name: "operators' whims",
        description: `operators ask for ${said.join(", ")}`,
        failover: "may",
        hinders: asked.some(({ whim }) => !harmless.includes(whim)),
      },
      (stage) => {
        for (const { role, whim, afterSeconds } of asked) {
          stage.world.base.simulation.after(afterSeconds * 1000, () =>
            stage.operators.say(stage.region(role), orderOf(whim, stage)),
          );
        }
        return [];
      },
    );
  },
};

function orderOf(whim: string, { region }: Stage): Order {
  if (whim === "failover to standby") return { action: "failover", to: region("standby") };
  if (whim === "failover to home") return { action: "failover", to: region("home") };
  return { action: whim as "failback" | "arm" | "disarm" | "status" };
}

/** Replaces the region's functions one after the other. Each fails for a moment. */
function replaceFunctions(
  { world, region }: Stage,
  role: "home" | "standby",
  seconds: number,
): Undo {
  const { base, lambda } = world;
  const replaced = new Set<string>();
  const chance = base.random.stream(`deployment at ${role}`);
  for (const { arn, region: own, stem } of base.program.functions.values()) {
    if (own !== region(role)) continue;
    const atMs = chance.uniform() * seconds * 1000;
    base.simulation.after(atMs, () => {
      for (const each of lambda.environmentsOf(arn)) each.crash();
      replaced.add(arn);
      base.simulation.after(chance.between(500, 5_000), () => replaced.delete(arn));
      if (stem === "dbMigration") lambda.invokeAsync(arn, { migrate: true });
    });
  }
  const pending = new Error("The function is currently in the Pending state");
  return base.hooks.start.add((target) => (replaced.has(target.arn) ? pending : undefined));
}

/** `pulumi up` while armed: either directly, or disarmed first as the script does. */
export const deployment: FaultKind = {
  name: "deployment",
  lasts: [120, 240],
  draw: (stream) => {
    const isDisarmed = stream.chance(0.5);
    const seconds = stream.integer(20, 100);
    return fault(
      {
        name: "deployment",
        description: `${isDisarmed ? "disarmed, then " : ""}a deployment replaces every function within ${seconds} s`,
        failover: "must not",
        // It may also crash the orchestrator.
        bound: bounds.hampered,
        hinders: isDisarmed,
        delaysSettling: true,
      },
      (stage) => {
        const { operators, region } = stage;
        const stop = isDisarmed
          ? operators.repeat(region("standby"), { action: "disarm" })
          : () => {};
        return [
          stop,
          replaceFunctions(stage, "home", seconds),
          replaceFunctions(stage, "standby", seconds),
        ];
      },
    );
  },
};

/**
 * `pulumi destroy` while armed. What observes home must be deleted before home, so that the
 * destruction does not look like an outage.
 */
export const destroyed: FaultKind = {
  name: "destroyed",
  lasts: [300, 400],
  draw: () =>
    fault(
      {
        name: "destroyed",
        description: "the stack is destroyed, in the order of the program's own dependencies",
        failover: "must not",
        isLast: true,
      },
      (stage) => {
        destroy(stage);
        return [];
      },
    ),
};

/** A failover command while home is lost. The bound counts from the command. */
export const activationAsked: FaultKind = {
  name: "activation asked",
  lasts: [300, 300],
  draw: () =>
    fault(
      {
        name: "activation asked",
        description: "operators ask the standby's orchestrator for a failover to it",
        failover: "may",
        bound: bounds.commanded,
      },
      ({ operators, region, recoveryBegins }) => {
        recoveryBegins();
        return [operators.repeat(region("standby"), { action: "failover", to: region("standby") })];
      },
    ),
};
