import { Moves } from "../region/moves";
import type { Answer, Passing } from "../region/proxy";

const HOME = "arn:aws:rds:us-east-1:1:cluster:home";
const STANDBY = "arn:aws:rds:us-east-2:1:cluster:standby";
const member = (arn: string, isWriter: boolean) =>
  `<GlobalClusterMember><DBClusterArn>${arn}</DBClusterArn><IsWriter>${isWriter}</IsWriter></GlobalClusterMember>`;
/** The emulator has moved the writer at once. */
const described = `<Status>available</Status>${member(HOME, false)}${member(STANDBY, true)}`;

const passing = (form: Record<string, string>): Passing => ({
  from: "us-east-2",
  to: "us-east-2",
  service: "rds",
  operation: "",
  method: "POST",
  path: "/",
  body: Buffer.from(new URLSearchParams(form).toString()),
});
const answered =
  (text: string, status = 200): (() => Promise<Answer>) =>
  () =>
    Promise.resolve({ status, headers: {}, body: Buffer.from(text) });

function movesOf(finish: () => Promise<void>) {
  return new Moves({
    regions: new Map([
      [HOME, "us-east-1"],
      [STANDBY, "us-east-2"],
    ]),
    secondsOf: () => 0.05,
    finish,
    onChange: () => undefined,
  });
}
const failover = passing({
  Action: "FailoverGlobalCluster",
  TargetDbClusterIdentifier: STANDBY,
  AllowDataLoss: "true",
});
const describeClusters = passing({ Action: "DescribeGlobalClusters" });

test("while a failover is in progress, Describe shows it and the old writer", async () => {
  const finished = new Promise<void>((resolve) => {
    const moves = movesOf(() => Promise.resolve(resolve()));
    void (async () => {
      await moves.handle(failover, answered("<ok/>"));
      const { body } = (await moves.handle(describeClusters, answered(described)))!;
      expect(body.toString()).toContain(member(HOME, true));
      expect(body.toString()).toContain(member(STANDBY, false));
      expect(body.toString()).toContain(`<ToDbClusterArn>${STANDBY}</ToDbClusterArn>`);
      const again = (await moves.handle(failover, answered("<ok/>")))!;
      expect(again.body.toString()).toContain("InvalidGlobalClusterStateFault");
    })();
  });
  await finished;
});

test("after the failover, Describe is the emulator's own", async () => {
  let moves!: Moves;
  await new Promise<void>((resolve) => {
    moves = movesOf(() => Promise.resolve(resolve()));
    void moves.handle(failover, answered("<ok/>"));
  });
  await new Promise((resolve) => setImmediate(resolve));
  const { body } = (await moves.handle(describeClusters, answered(described)))!;
  expect(body.toString()).toBe(described);
});

test("a failover that RDS refuses begins nothing", async () => {
  const moves = movesOf(() => Promise.reject(new Error("must not finish")));
  const { status } = (await moves.handle(failover, answered("<no/>", 400)))!;
  expect([status, moves.current]).toEqual([400, undefined]);
});

test("other calls pass", () => {
  const moves = movesOf(() => Promise.resolve());
  expect(moves.handle({ ...failover, service: "sns" }, answered(""))).toBeUndefined();
  expect(moves.handle(passing({ Action: "DescribeDBClusters" }), answered(""))).toBeUndefined();
});
