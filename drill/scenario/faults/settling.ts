import type { FunctionDescription } from "../../description/functions";
import { databaseError } from "../../../support/aws/errors";
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

const sides = ["BUY", "SELL"] as const;
const refusals = [
  { code: "23514", message: 'new row for relation "orders" violates check constraint' },
  { code: "23502", message: 'null value in column of relation "orders"' },
  { code: "22003", message: "numeric field overflow" },
] as const;

/**
 * A change of the schema makes the database refuse valid orders. Aurora replicates the schema, so
 * each region's database refuses them.
 */
export const schemaMistake: FaultKind = {
  name: "schema mistake",
  lasts: [60, 240],
  draw: (stream) => {
    const side = stream.pick(sides);
    const { code, message } = stream.pick(refusals);
    return fault(
      {
        name: "schema mistake",
        description: `the database refuses every ${side} order with ${code}`,
        failover: "must not",
        delaysSettling: true,
        slowsOrders: true,
      },
      ({ world }) => [
        world.base.hooks.row.add((row) =>
          row.side === side ? databaseError(code, message) : undefined,
        ),
      ],
    );
  },
};
