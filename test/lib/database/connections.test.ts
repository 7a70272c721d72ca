import { type Program, loadProgram, regions } from "../../helpers/program";

/** Memory of the smallest class that the configuration allows, such as db.r6g.large. */
const SMALLEST_CLASS_BYTES = 16 * 1024 ** 3;
/** Aurora's default of `max_connections`: DBInstanceClassMemory / 9,531,392 (Aurora User Guide). */
const BYTES_PER_CONNECTION = 9_531_392;
/** RDS and the operating system take a part of the memory before it counts. */
const COUNTED_MEMORY = 0.8;
/** db-migration has one for statements and one for migrations; others have one. */
const CONNECTIONS_PER_SANDBOX = 2;
/** What `rds.superuser_reserved_connections` and people need. */
const RESERVED = 20;

const available =
  Math.floor((SMALLEST_CLASS_BYTES * COUNTED_MEMORY) / BYTES_PER_CONNECTION) - RESERVED;

function connections(program: Program, region: string): number {
  const users = program
    .all("lambda/function")
    .filter((each) => each.region === region && "vpcConfig" in each.inputs);
  const concurrency = users.map(({ inputs }) => Number(inputs.reservedConcurrentExecutions));
  const [processor = 0, ...others] = concurrency.sort((a, b) => b - a);
  return processor + CONNECTIONS_PER_SANDBOX * others.reduce((sum, each) => sum + each, 0);
}

test.each(["10", "900"])(
  "functions with %s processors open fewer connections than the smallest class allows",
  async (orderProcessorReservedConcurrency) => {
    const program = await loadProgram({ config: { orderProcessorReservedConcurrency } });
    for (const [, region] of regions) {
      const opened = connections(program, region);
      expect(opened).toBeGreaterThanOrEqual(Number(orderProcessorReservedConcurrency));
      expect(opened).toBeLessThanOrEqual(available);
    }
  },
);
