import type { DrEnded } from "../dr";
import { newOrder } from "../orders";
import { notCovered } from "../runbook";
import { textOf } from "../../emulator/program";
import type { Shared } from "./shared";

interface Finding {
  name: string;
  result: string;
}

/** Checks that fail here, because there is nothing to ask: neither the emulator nor the drill has it. */
const missing = {
  // Log lines become metrics in the drill's CloudWatch alone, and roles are not created. Automatic
  // failover is disarmed.
  readiness: /witness and strong consistency|has swept|the orchestrator may |is armed/,
  // Alarms and their actions are the drill's. Nobody subscribes.
  verify:
    /health check of|canary|has traces|actions of all alarms|message of an alarm|subscriber|p99/,
};

/** What passes on a quiet machine alone. */
const inTime = /within 1 s$/;

/** `npm run dr` as an operator uses it. Home is active, and automatic failover is disarmed. */
export function drSuite(shared: () => Shared): void {
  describe("npm run dr", () => {
    /** Those of a row come one after the other, the rows at the same time. */
    const questions = [
      ["status", "readiness", "lost"],
      ["verify --wait --alarms", "order", "token --account dr-test"],
    ];
    const answers = new Map<string, DrEnded>();
    const findings = (line: string) =>
      (JSON.parse(answers.get(line)!.out) as { data: Finding[] }).data;
    const state = () => shared().session.control!;

    beforeAll(async () => {
      const ask = async (line: string) =>
        answers.set(
          line,
          await shared().dr.run(line, ...(line.startsWith("token") ? [] : ["--json"])),
        );
      const askAll = async (lines: readonly string[]) => {
        for (const line of lines) await ask(line);
      };
      await Promise.all(questions.map(askAll));
    }, 150_000);

    test.each(["readiness", "verify --wait --alarms"] as const)(
      "%s finds all that is here",
      (line) => {
        const expected = missing[line.split(" ")[0] as keyof typeof missing];
        const found = findings(line).filter(({ name }) => !inTime.test(name));
        const [lacking, present] = [true, false].map((is) =>
          found.filter(({ name }) => expected.test(name) === is),
        );
        expect(present!.filter(({ result }) => result !== "PASS")).toEqual([]);
        expect(present).not.toEqual([]);
        expect(lacking!.filter(({ result }) => result === "PASS")).toEqual([]);
        expect(answers.get(line)!.exitCode).toBe(1);
      },
    );

    test("status says who is active and who writes", () => {
      const { exitCode, out } = answers.get("status")!;
      const { data } = JSON.parse(out) as { data: object };
      const { home, standby } = shared().session.platform;
      const { epoch, active } = state();
      expect([exitCode, active]).toEqual([0, home]);
      expect(data).toMatchObject({
        orchestrator: { value: { control: { epoch, active } } },
        writer: { value: { region: home, readers: [{ region: standby }] } },
      });
    });

    test("order places an order and follows it until it is settled", async () => {
      const { exitCode, out } = answers.get("order")!;
      const { data } = JSON.parse(out) as { data: { orderId: string; status: string } };
      expect([exitCode, data.status]).toEqual([0, "SETTLED"]);
      const { platform } = shared().session;
      const rows = await platform.pair
        .of(platform.home)
        .server.query("select account_id from orders where id = $1", [data.orderId]);
      expect(rows).toEqual([{ account_id: "dr-order" }]);
    });

    test("token makes one that the API takes for this account alone", async () => {
      const { client, session } = shared();
      const token = answers.get("token --account dr-test")!.out.trim();
      const order = newOrder({ accountId: "dr-test" });
      const { standby } = session.platform;
      expect((await client.place(standby, order, token)).status).toBe(202);
      expect((await client.place(standby, newOrder(), token)).status).toBe(403);
    });

    test("lost says of each open order for how long and why", () => {
      const { data } = JSON.parse(answers.get("lost")!.out) as {
        data: { orders: { why: string }[]; databases: Record<string, string> };
      };
      expect(Object.values(data.databases)).toEqual(["answered", "answered"]);
      expect(data.orders.filter(({ why }) => why === "")).toEqual([]);
    });

    test("failover shows with --dry-run what it would do, and does nothing unless it is confirmed", async () => {
      const { dr } = shared();
      const before = state();
      const [dry, asked] = await Promise.all([dr.run("failover --dry-run"), dr.run("failover")]);
      expect([dry.exitCode, dry.out]).toEqual([0, expect.stringContaining("would be: fence")]);
      expect([asked.exitCode, asked.out]).toEqual([1, ""]);
      expect(asked.error).toContain("there is no terminal to ask on; repeat with --yes");
      expect(state()).toEqual(before);
    });

    test("failover makes the standby the writer, and status tells what it cost", async () => {
      const { dr, session } = shared();
      const { home, standby, pair } = session.platform;
      const { epoch } = state();
      expect(await dr.run("failover --to us-east-2", "--yes")).toMatchObject({ exitCode: 0 });
      expect(pair.writer).toBe(standby);
      const [status, order, again, back] = await Promise.all([
        dr.run("status"),
        dr.run("order --region us-east-2"),
        dr.run("failover", "--yes"),
        dr.run("failback --dry-run"),
      ]);
      const took = `^last takeovers +\\S+ failover to ${standby}, RTO [\\d.]+ s, RPO [\\d.]+ s`;
      expect(status.out).toMatch(new RegExp(took, "m"));
      expect(status.out).toContain(`${standby} is active (epoch ${epoch + 1})`);
      expect(status.out).toMatch(new RegExp(`^writer +${standby}, ${home} connected$`, "m"));
      expect([order.exitCode, again.exitCode]).toEqual([0, 0]);
      expect(again.out).toContain(`done: nothing: ${standby} is active`);
      expect(back.out).toContain("would be: fence: operator: failback");
    }, 150_000);

    test("failback returns to home", async () => {
      const { dr, session } = shared();
      const { home, pair } = session.platform;
      await session.platform.rebuilding;
      const { exitCode, error } = await dr.run("failback", "--yes");
      expect([exitCode, error]).toEqual([0, expect.stringContaining(`${home} is active`)]);
      expect(pair.writer).toBe(home);
    }, 150_000);

    test("arm ends what disarm has begun", async () => {
      const { dr, session } = shared();
      const isDisarmed = () => state().disarmedUntilMs > Date.now();
      expect(isDisarmed()).toBe(true);
      expect(await dr.run("arm")).toMatchObject({ exitCode: 0 });
      await session.until(() => !isDisarmed(), 10_000, "automatic failover is not disarmed");
      expect(await dr.run("disarm")).toMatchObject({ exitCode: 0 });
      await session.until(isDisarmed, 10_000, "automatic failover is disarmed");
    });

    test("says in one line that nothing is to do, what is wrong with a command line, and who is not signed in", async () => {
      const { dr } = shared();
      const [nothing, wrong, alone] = await Promise.all([
        dr.run("failover --to us-east-1", "--yes"),
        dr.run("failover --to us-west-2"),
        dr.runSignedOut("token --account dr-test"),
      ]);
      expect(nothing.out).toContain("done: nothing: us-east-1 is active");
      expect([wrong.exitCode, wrong.error]).toEqual([2, expect.stringMatching(/^dr: .+\n$/)]);
      expect([alone.exitCode, alone.error]).toEqual([
        3,
        expect.stringMatching(/^dr: no valid AWS credentials .+\n$/),
      ]);
    });

    test("has printed no secret and no stack trace", () => {
      const { dr, session } = shared();
      const versions = session.platform.declarations.all(
        "secretsmanager/secretVersion:SecretVersion",
      );
      const secrets = versions.map((each) => textOf(each, "secretString").match(/[\w+/=-]{16,}/g));
      expect(secrets).not.toContain(null);
      for (const secret of secrets.flat()) expect(dr.printed).not.toContain(secret);
      expect(dr.printed).not.toMatch(/^ +at /m);
    });
  });
}

/** Comes last: what has been run by then. */
export function runbookSuite(shared: () => Shared): void {
  test("every command of dr in the runbook has been run, or other tests run it", () => {
    expect(notCovered(shared().dr.lines)).toEqual([]);
  });
}
