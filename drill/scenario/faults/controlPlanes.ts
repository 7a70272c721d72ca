import { bounds } from "../bounds";
import { type FaultKind, type Stage, fault, heldIn, route53Held } from "./fault";
import { controlIn } from "../ledgerItems";

/** Route 53's control plane is down. No step of a takeover may wait for it. */
export const route53Down: FaultKind = {
  name: "Route 53 down",
  lasts: [300, 600],
  draw: () =>
    fault(
      {
        name: "Route 53 down",
        description: "Route 53's control plane refuses every change",
        failover: "must not",
      },
      ({ world }) => [route53Held(world)],
    ),
};

/** Recovery counts from RDS's return, unless the takeover was over by then. */
export function waitedFor({ world, ledgerTable, region, recoveryBegins }: Stage): void {
  const control = controlIn(world, ledgerTable);
  if (control?.active !== region("standby")) recoveryBegins();
}

function rdsDown(role: "home" | "standby"): FaultKind {
  const name = `RDS down at ${role}`;
  return {
    name,
    lasts: [90, 300],
    draw: () =>
      fault(
        {
          name,
          description: `RDS's control plane at ${role} does not answer`,
          failover: "must not",
          bound: role === "standby" ? bounds.rdsReturns : undefined,
        },
        (stage) => {
          const { world, region } = stage;
          const giveBack = heldIn(world, "RDS", world.rds.down, region(role));
          return role === "standby" ? [giveBack, () => waitedFor(stage)] : [giveBack];
        },
      ),
  };
}

export const rdsDownAtHome = rdsDown("home");
export const rdsDownAtStandby = rdsDown("standby");

function cloudwatchDown(role: "home" | "standby"): FaultKind {
  const name = `CloudWatch down at ${role}`;
  return {
    name,
    lasts: [120, 480],
    draw: () =>
      fault(
        {
          name,
          description: `CloudWatch at ${role} takes no metrics and evaluates no alarm`,
          failover: "must not",
        },
        ({ world, region }) => [heldIn(world, "CloudWatch", world.cloudwatch.down, region(role))],
      ),
  };
}

export const cloudwatchDownAtHome = cloudwatchDown("home");
export const cloudwatchDownAtStandby = cloudwatchDown("standby");
