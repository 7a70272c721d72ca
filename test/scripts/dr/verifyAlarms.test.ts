import { DescribeAlarmsCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import {
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { onInterrupt } from "../../../scripts/dr/alarms/interrupts";
import { Undo } from "../../../scripts/dr/alarms/undo";
import { runChecks } from "../../../scripts/dr/check";
import { alarmChecks } from "../../../scripts/dr/verify/alarms";
import { alarmsOf, nameIn } from "./alarms";
import { FakeTools, HOME, STANDBY } from "./fakeTools";

describe("dr verify --alarms", () => {
  let tools: FakeTools;
  /** What was done in both regions, in order. */
  let done: string[];

  beforeEach(() => {
    tools = new FakeTools();
    done = [];
    for (const region of [HOME, STANDBY]) {
      const { cloudwatch, sns, sqs } = tools.inRegion(region);
      const note = (line: string) => {
        done.push(`${region} ${line}`);
        return Promise.resolve({});
      };
      cloudwatch.on(DescribeAlarmsCommand).resolves(alarmsOf(region));
      cloudwatch
        .on(SetAlarmStateCommand)
        .callsFake(({ AlarmName, StateValue }) => note(`${AlarmName} ${StateValue}`));
      sns
        .on(ListSubscriptionsByTopicCommand)
        .resolves({ Subscriptions: [{ SubscriptionArn: "arn:mail", Protocol: "email" }] });
      sns.on(SubscribeCommand).callsFake(async () => {
        await note("subscribe");
        return { SubscriptionArn: "arn:test" };
      });
      sns.on(UnsubscribeCommand).callsFake(() => note("unsubscribe"));
      sqs.on(CreateQueueCommand).callsFake(() => note("create queue"));
      sqs.on(DeleteQueueCommand).callsFake(() => note("delete queue"));
      const Body = JSON.stringify({ Message: nameIn(region, "archives-lag") });
      sqs.on(ReceiveMessageCommand).resolves({ Messages: [{ Body }] });
    }
  });

  async function run(test = true) {
    const checks = alarmChecks(tools, await tools.deployment(), { test });
    const findings = await runChecks(checks);
    const notFine = findings.filter(({ result }) => result !== "PASS");
    return notFine.map(({ name, found, result }) => `${result} ${name}: ${found}`);
  }

  /** What a whole test does in a region. */
  const whole = (region: string) =>
    [
      "create queue",
      "subscribe",
      `${nameIn(region, "archives-lag")} ALARM`,
      `${nameIn(region, "archives-lag")} OK`,
      "unsubscribe",
      "delete queue",
    ].map((line) => `${region} ${line}`);
  const doneIn = (region: string) => done.filter((line) => line.startsWith(region));

  it("announces itself, sees the message in both regions and restores everything", async () => {
    expect(await run()).toEqual([]);
    expect(tools.said[0]).toMatch(
      /^dr: sets one alarm of each region to ALARM .* of dev gets? messages$/,
    );
    for (const region of [HOME, STANDBY]) expect(doneIn(region)).toEqual(whole(region));
    expect(tools.undos.size).toBe(0);
  });

  it("only reads without the flag", async () => {
    expect(await run(false)).toEqual([]);
    expect(done).toEqual([]);
    expect(tools.said).toEqual([]);
  });

  it("fails when no message arrives, and restores everything", async () => {
    tools.inRegion(STANDBY).sqs.on(ReceiveMessageCommand).resolves({});
    expect(await run()).toEqual([
      expect.stringMatching(
        /^FAIL the message .* us-east-2: dev-archives-lag-use2: no message in 6\d s$/,
      ),
    ]);
    expect(doneIn(STANDBY)).toEqual(whole(STANDBY));
  });

  it("restores everything after an error, whatever had been done", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
    tools.inRegion(HOME).sqs.on(ReceiveMessageCommand).rejects(denied);
    tools.inRegion(STANDBY).sns.on(SubscribeCommand).rejects(denied);
    expect(await run()).toHaveLength(2);
    expect(doneIn(HOME)).toEqual(whole(HOME));
    expect(doneIn(STANDBY)).toEqual([`${STANDBY} create queue`, `${STANDBY} delete queue`]);
  });

  it("says what it could not undo, and undoes the rest", async () => {
    tools.inRegion(HOME).sns.on(UnsubscribeCommand).rejects(new Error("busy"));
    expect(await run()).toEqual([
      expect.stringMatching(
        /^UNKNOWN .*not everything was undone \(Error: busy\): look for dev-archives-lag-use1 and the queue dev-dr-verify-/,
      ),
    ]);
    expect(doneIn(HOME)).toContain(`${HOME} delete queue`);
  });

  it("restores everything when it is interrupted while it waits", async () => {
    tools
      .inRegion(STANDBY)
      .sqs.on(ReceiveMessageCommand)
      .callsFake(async () => {
        await Promise.all([...tools.undos].map((undo) => undo()));
        return {};
      });
    await run();
    expect(doneIn(STANDBY)).toEqual(whole(STANDBY));
  });

  it("sets no alarm when a function subscribes to the alerts topic", async () => {
    for (const region of [HOME, STANDBY]) {
      tools
        .inRegion(region)
        .sns.on(ListSubscriptionsByTopicCommand)
        .resolves({ Subscriptions: [{ SubscriptionArn: "arn:f", Protocol: "lambda" }] });
    }
    expect(await run()).toHaveLength(2);
    expect(done).toEqual([]);
  });

  it.each<[string, RegExp, (tools: FakeTools) => void]>([
    [
      "the actions of an alarm are disabled",
      /^FAIL the actions of all alarms in us-east-1 are enabled: dev-archives-lag-use1$/,
      (tools) => {
        const { MetricAlarms, CompositeAlarms } = alarmsOf(HOME);
        MetricAlarms[1]!.ActionsEnabled = false;
        const { cloudwatch } = tools.inRegion(HOME);
        cloudwatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms, CompositeAlarms });
      },
    ],
    [
      "no alarm calls the orchestrator",
      /^FAIL an alarm in us-east-1 calls the orchestrator: none$/,
      (tools) => {
        const { MetricAlarms } = alarmsOf(HOME);
        tools.inRegion(HOME).cloudwatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms });
      },
    ],
  ])("fails when %s", async (_what, expected, spoil) => {
    spoil(tools);
    expect(await run(false)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ["durable", "FAIL"],
    ["ephemeral", "SKIPPED"],
  ])("wants a confirmed subscriber in a %s environment: %s", async (retention, result) => {
    const deployment = await tools.deployment();
    tools.deployment = () => Promise.resolve({ ...deployment, retention });
    tools
      .inRegion(STANDBY)
      .sns.on(ListSubscriptionsByTopicCommand)
      .resolves({ Subscriptions: [{ SubscriptionArn: "PendingConfirmation" }] });
    expect(await run(false)).toEqual([
      `${result} the alerts topic of us-east-2 has a confirmed subscriber: 0 of 1 confirmed`,
    ]);
  });
});

describe("undoing", () => {
  it("undoes the last step first, once, and allows no step afterwards", async () => {
    const undone: string[] = [];
    const undo = new Undo();
    const step = (name: string) =>
      undo.do(
        () => Promise.resolve(name),
        (done) => Promise.resolve(void undone.push(done ?? "failed")),
      );
    await step("a");
    await step("b");
    await Promise.all([undo.all(), undo.all()]);
    expect(undone).toEqual(["b", "a"]);
    await expect(step("c")).rejects.toThrow("interrupted");
  });

  it("waits for a step that is being done when it is interrupted", async () => {
    const undone: (string | undefined)[] = [];
    const undo = new Undo();
    let finish!: (name: string) => void;
    const acting = undo.do(
      () => new Promise<string>((resolve) => (finish = resolve)),
      (done) => Promise.resolve(void undone.push(done)),
    );
    const undoing = undo.all();
    finish("late");
    await Promise.all([acting, undoing]);
    expect(undone).toEqual(["late"]);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "on %s, undoes everything registered before the process ends",
    async (signal) => {
      const events: string[] = [];
      const listeners = process.listenerCount(signal);
      const ended = new Promise<void>((resolve) => {
        jest.spyOn(process, "exit").mockImplementation(((code: number) => {
          events.push(`exit ${code}`);
          resolve();
        }) as never);
      });
      jest.spyOn(process.stderr, "write").mockReturnValue(true);
      const later = (name: string) => () =>
        new Promise((resolve) => setImmediate(() => resolve(events.push(name))));
      const withdraw = [onInterrupt(later("a")), onInterrupt(later("b"))];
      onInterrupt(later("withdrawn"))();
      process.emit(signal, signal);
      await ended;
      expect(events).toEqual(["a", "b", expect.stringMatching(/^exit 1[2-4]\d$/)]);
      for (const each of withdraw) each();
      expect(process.listenerCount(signal)).toBe(listeners);
      jest.restoreAllMocks();
    },
  );
});
