import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Pair } from "../database/pair";
import { makeCertificate } from "../harness/certificate";
import { ownedDirectory, removed } from "../processes";

const [HOME, STANDBY] = ["us-east-1", "us-east-2"] as const;
let directory: string;
let pair: Pair;

beforeAll(async () => {
  directory = ownedDirectory();
  pair = await Pair.start(
    {
      directory,
      tls: makeCertificate(directory),
      regions: [HOME, STANDBY],
      database: "trading",
      master: { username: "trading_master", password: "secret" },
    },
    "trading_app",
  );
  await pair.of(HOME).server.query("create table kept (i integer)");
  await tableArrives(STANDBY);
}, 120_000);

afterAll(async () => {
  await pair.stop();
  removed(directory);
});

const insert = (i: number) =>
  pair.of(pair.writer).server.query("insert into kept values ($1)", [i]);

/** @throws Error if it does not come true within 20 s. */
async function until(isTrue: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (const deadlineMs = Date.now() + 20_000; !(await isTrue());) {
    if (Date.now() > deadlineMs) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const arrives = (i: number, region: string) =>
  until(async () => {
    const rows = await pair.of(region).server.query("select i from kept where i = $1", [i]);
    return rows.length > 0;
  }, `${i} has not arrived in ${region}`);

/** Until then, a query of the table is an error there. */
const tableArrives = (region: string) =>
  until(async () => {
    const [row] = await pair.of(region).server.query("select to_regclass('kept') as kept");
    return (row as { kept: string | null }).kept !== null;
  }, `the table has not arrived in ${region}`);

/** The number of a server's segment of System V shared memory. */
function segmentOf(region: string): string {
  const file = path.join(pair.of(region).server.data, "postmaster.pid");
  return readFileSync(file, "utf8").split("\n")[6]!.trim().split(/\s+/)[1]!;
}

const segments = () =>
  execFileSync("ipcs", ["-m"], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.split(/\s+/)[1]);

test("a row reaches the standby, which refuses to write", async () => {
  await insert(1);
  await arrives(1, STANDBY);
  await expect(pair.of(STANDBY).server.query("insert into kept values (0)")).rejects.toMatchObject({
    code: "25006",
  });
});

test("what is written while the replication is cut arrives afterwards", async () => {
  pair.cut(true);
  await insert(2);
  expect(await pair.of(STANDBY).server.query("select i from kept where i = 2")).toEqual([]);
  pair.cut(false);
  await arrives(2, STANDBY);
}, 60_000);

test("after kill -9 the standby is promoted, and the old writer becomes its copy", async () => {
  const segment = segmentOf(HOME);
  expect(segments()).toContain(segment);
  await pair.of(HOME).server.kill();
  expect(pair.of(HOME).server.isRunning).toBe(false);
  // Thousands of them would use up the machine's limit. It goes with the last of the killed processes.
  await until(() => !segments().includes(segment), `the segment ${segment} is left`);
  await pair.promote(STANDBY);
  await insert(3);
  await pair.rebuild(HOME);
  await arrives(3, HOME);
  expect(await pair.of(HOME).server.query("select pg_is_in_recovery() as standby")).toEqual([
    { standby: true },
  ]);
}, 60_000);

test("a switchover loses nothing and needs no copy", async () => {
  await insert(4);
  await pair.switchOver();
  expect(pair.writer).toBe(HOME);
  await arrives(4, HOME);
  await insert(5);
  await arrives(5, STANDBY);
}, 60_000);
