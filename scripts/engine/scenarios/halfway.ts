import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertDeletionOrder, assertNothingLeft } from "../checks";
import { type Failure, Rig } from "../rig";

const rigs: Rig[] = [];
after(() => rigs.forEach((rig) => rig.close()));

/** Each needs the one before it, so an `up` that fails at one of them has not reached the next. */
const database: readonly Failure[] = [
  { type: "aws:ec2/vpc:Vpc", name: "network-use1" },
  { type: "aws:ec2/subnet:Subnet", name: "network-use1-0" },
  { type: "aws:rds/cluster:Cluster", name: "aurora-use1", stays: true },
  { type: "aws:rds/clusterInstance:ClusterInstance", name: "aurora-use1-1", stays: true },
  { type: "aws:rds/cluster:Cluster", name: "aurora-use2" },
  { type: "aws:lambda/eventSourceMapping:EventSourceMapping", name: "functions-use2-orders" },
];
const api: readonly Failure[] = [
  { type: "aws:dynamodb/table:Table", name: "dynamodb-ledger", stays: true },
  { type: "aws:lambda/function:Function", name: "orderApi-use2", stays: true },
  { type: "aws:apigateway/stage:Stage", name: "api-use2" },
  { type: "aws:synthetics/canary:Canary", name: "synthetics-use2-order", stays: true },
  { type: "aws:cloudwatch/compositeAlarm:CompositeAlarm", name: "failover-alarms-home-lost" },
];

async function assertDestroyable(rig: Rig): Promise<void> {
  const copy = rig.copy();
  rigs.push(copy);
  const before = copy.journal().length;
  await copy.destroy();
  await assertNothingLeft(copy);
  assertDeletionOrder(copy.journal(before));
}

for (const [what, failures] of Object.entries({ database, api })) {
  void test(`an \`up\` that fails on the way to the ${what} can be destroyed or repeated`, async (t) => {
    const rig = await Rig.create();
    rigs.push(rig);
    for (const failure of failures) {
      await t.test(`${failure.type} ${failure.name}`, async () => {
        rig.failCreation(failure);
        await assert.rejects(rig.up(), /rules\.json fails this creation/);
        await assertDestroyable(rig);
      });
    }
    rig.failCreation(null);
    await rig.up();
    await assertDestroyable(rig);
  });
}
