import { databaseError } from "../../world/errors";
import { bounds } from "../bounds";
import { type FaultKind, fault } from "./fault";

const ways = ["IAM", "VPC", "code"] as const;

/** Home's API is fine, orders are accepted; nothing settles. */
export const settlingBroken: FaultKind = {
  name: "settling",
  lasts: [400, 480],
  draw: (stream) => {
    const way = stream.pick(ways);
    const said = {
      IAM: "the database refuses order-processor's sign-in",
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
        const { hooks } = world.base;
        const isMeant = (of: { stem: string; region: string }): boolean =>
          of.stem === "orderProcessor" && of.region === region("home");
        if (way === "code") {
          const error = new Error("TypeError: undefined is not a function");
          return [hooks.start.add((target) => (isMeant(target) ? error : undefined))];
        }
        const refused = databaseError("28000", "PAM authentication failed");
        return [
          hooks.connect.add((from) => {
            if (!isMeant(from)) return undefined;
            return way === "VPC" ? "hang" : refused;
          }),
        ];
      },
    );
  },
};
