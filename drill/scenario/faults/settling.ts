import type { FunctionDescription } from "../../description/functions";
import { bounds } from "../bounds";
import { type FaultKind, fault, heldIn } from "./fault";

const ways = ["IAM", "VPC", "code"] as const;

/** Home's API works and orders are accepted, but nothing settles. */
export const settlingBroken: FaultKind = {
  name: "settling",
  lasts: [400, 480],
  draw: (stream) => {
    const way = stream.pick(ways);
    const said = {
      IAM: "order-processor's role may not sign in to the database any more",
      VPC: "order-processor reaches no database",
      code: "order-processor fails on every batch",
    };
    return fault(
      {
        name: "settling",
        description: `at home ${said[way]}`,
        failover: "must",
        bound: bounds.settlingStopped,
      },
      ({ world, region }) => {
        const { hooks, program } = world.base;
        const isMeant = (of: FunctionDescription): boolean =>
          of.stem === "orderProcessor" && of.region === region("home");
        switch (way) {
          case "IAM": {
            const { taken } = world.permissions;
            const processors = [...program.functions.values()].filter(isMeant);
            return processors.map(({ roleArn }) =>
              heldIn(world, "right", taken, `${roleArn} rds-db:connect`),
            );
          }
          case "VPC":
            return [hooks.connect.add((from) => (isMeant(from) ? "hang" : undefined))];
          case "code": {
            const error = new Error("TypeError: undefined is not a function");
            return [hooks.start.add((target) => (isMeant(target) ? error : undefined))];
          }
        }
      },
    );
  },
};
