import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNothingLeft } from "../checks";
import { Rig } from "../rig";

const rigs: Rig[] = [];
after(() => rigs.forEach((rig) => rig.close()));

/** With a domain, so that there are certificates and the record that validates them. */
async function withDomain(): Promise<Rig> {
  const rig = await Rig.create({
    domainName: "api.example.com",
    hostedZoneId: "Z0123456789EXAMPLE",
  });
  rigs.push(rig);
  return rig;
}

void test("ephemeral: `up` again changes nothing, and every name can be used again after destroy", async () => {
  const rig = await withDomain();
  await rig.up();
  await rig.upAgain();
  await rig.destroy();
  await assertNothingLeft(rig);
  assert.deepEqual(rig.remains(), {});
  await rig.up();
  await rig.destroy();
  await assertNothingLeft(rig);
});

/** What docs/operations.md says to do before a durable environment is destroyed. */
async function letGo(rig: Rig): Promise<void> {
  await rig.pulumi("state", "unprotect", "--all", "--yes");
  const unprotected = { deletionProtection: false };
  rig.changeByHand("aws:rds/globalCluster:GlobalCluster", unprotected);
  rig.changeByHand("aws:rds/cluster:Cluster", unprotected);
  rig.changeByHand("aws:dynamodb/table:Table", { deletionProtectionEnabled: false, replicas: [] });
  rig.changeByHand("aws:s3/bucket:Bucket", { isEmpty: true });
}

void test("durable: deploy leaves nothing to change, and the names of a destroyed one are freed by hand", async () => {
  const rig = await withDomain();
  await rig.configure({ retention: "durable" });
  await rig.script("deploy");
  await rig.upAgain();
  await assert.rejects(rig.destroy(), /protect/);
  await letGo(rig);
  await rig.destroy();

  const kept = Object.keys(rig.remains());
  const snapshots = kept.filter((key) => key.startsWith("snapshot "));
  const secrets = kept.filter((key) => key.startsWith("secret "));
  assert.equal(snapshots.length, 2);
  assert.deepEqual(kept.length, snapshots.length + secrets.length);
  assertKeysOfSnapshots(rig);

  await assert.rejects(rig.up(), /already scheduled for deletion/);
  rig.forget("secret ");
  await rig.up();
  await letGo(rig);
  await assert.rejects(rig.destroy(), /SnapshotAlreadyExists/);
  rig.forget("snapshot ");
  await rig.destroy();
});

/** A snapshot whose key is deleted cannot be restored. */
function assertKeysOfSnapshots(rig: Rig): void {
  const keys = rig.live().filter(({ type }) => type === "aws:kms/key:Key");
  for (const [key, what] of Object.entries(rig.remains())) {
    if (!key.startsWith("snapshot ")) continue;
    const { kmsKeyId } = what as { kmsKeyId: string };
    assert.ok(
      keys.some(({ arn }) => arn === kmsKeyId),
      `${key} is encrypted with ${kmsKeyId}, which is deleted`,
    );
  }
}
