import { connectionsNeeded, serverlessConnections } from "../../../lib/config/connections";
import { type Program, loadProgram, regions } from "../../helpers/program";

/** Memory of the smallest class that the configuration allows, such as db.r6g.large. */
const SMALLEST_CLASS_BYTES = 16 * 1024 ** 3;
/** Aurora's default of `max_connections`: DBInstanceClassMemory / 9,531,392 (Aurora User Guide). */
const BYTES_PER_CONNECTION = 9_531_392;
/** RDS and the operating system take a part of the memory before it counts. */
const COUNTED_MEMORY = 0.8;
/** db-migration has one for statements and one for migrations; others have one. */
const CONNECTIONS_PER_SANDBOX = 2;

const ofSmallestClass = Math.floor((SMALLEST_CLASS_BYTES * COUNTED_MEMORY) / BYTES_PER_CONNECTION);

function connections(program: Program, region: string): number {
  const users = program
    .all("lambda/function")
    .filter((each) => each.region === region && "vpcConfig" in each.inputs);
  const concurrency = users.map(({ inputs }) => Number(inputs.reservedConcurrentExecutions));
  const [processor = 0, ...others] = concurrency.sort((a, b) => b - a);
  return processor + CONNECTIONS_PER_SANDBOX * others.reduce((sum, each) => sum + each, 0);
}

/** The most processors that the configuration allows with one ACU. */
const WITH_ONE_ACU = 143;
const oneAcu = {
  auroraInstanceClass: "db.serverless",
  auroraServerlessMinAcu: "0.5",
  auroraServerlessMaxAcu: "1",
};

test.each<[string, number, Record<string, string>]>([
  ["10", ofSmallestClass, {}],
  ["900", ofSmallestClass, {}],
  [String(WITH_ONE_ACU), serverlessConnections(0.5, 1), oneAcu],
])(
  "functions with %s processors leave connections free of the %i of the smallest instance",
  async (orderProcessorReservedConcurrency, available, config) => {
    const program = await loadProgram({ config: { ...config, orderProcessorReservedConcurrency } });
    const needed = connectionsNeeded(Number(orderProcessorReservedConcurrency));
    expect(needed).toBeLessThanOrEqual(available);
    for (const [, region] of regions) {
      const opened = connections(program, region);
      expect(opened).toBeGreaterThanOrEqual(Number(orderProcessorReservedConcurrency));
      expect(opened).toBeLessThan(needed);
    }
  },
);

test("no more processors are allowed than one ACU has connections for", () => {
  const needed = connectionsNeeded(WITH_ONE_ACU + 1);
  expect(needed).toBeGreaterThan(serverlessConnections(0.5, 1));
});
