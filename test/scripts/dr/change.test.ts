import { InvokeCommand } from "@aws-sdk/client-lambda";
import { dr } from "../../../scripts/dr/main";
import type { Event } from "../../../scripts/dr/orchestrator";
import { FakeTools, HOME, STANDBY, silence, control } from "./fakeTools";

const fenced = { ...control, epoch: 5, active: null, target: STANDBY, how: "failover" };
const active = { ...fenced, active: STANDBY, target: null };
const fence = { do: "fence", because: "operator: failover" };
const promote = { do: "promote" };
const nothing = { do: "nothing", because: "us-east-2 is active" };

describe("dr failover, failback, arm and disarm", () => {
  let tools: FakeTools;
  beforeEach(() => (tools = new FakeTools()));

  const run = (...args: string[]) => dr([...args, "--stack", "dev"], () => tools);
  const orchestrator = (region: string) => tools.inRegion(region).lambda;
  const payload = (answer: unknown) => ({ Payload: Buffer.from(JSON.stringify(answer)) as never });
  const events = (region: string) =>
    orchestrator(region)
      .commandCalls(InvokeCommand)
      .map(
        ({ args: [{ input }] }) =>
          JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as unknown,
      );

  function answers(region: string, ...outcomes: object[]) {
    const mock = orchestrator(region).on(InvokeCommand);
    for (const outcome of outcomes) mock.resolvesOnce(payload(outcome));
  }

  it("shows the first step and changes nothing with --dry-run", async () => {
    answers(STANDBY, { done: false, action: fence, control });
    const { exitCode, out } = await run("failover", "--dry-run");
    expect(exitCode).toBe(0);
    expect(out).toContain("the first step would be: fence: operator: failover");
    expect(events(STANDBY)).toEqual([{ action: "failover", to: STANDBY, dryRun: true }]);
  });

  it("asks for the region's name and does nothing for another answer", async () => {
    answers(STANDBY, { done: false, action: fence, control });
    tools.typed = "yes";
    const { exitCode, error } = await run("failover");
    expect(exitCode).toBe(1);
    expect(error).toBe('dr: got "yes", not "us-east-2"; nothing was changed\n');
    expect(events(STANDBY)).toHaveLength(1);
  });

  it("repeats the command until it is done, and prints each new state once", async () => {
    tools.typed = "us-east-2";
    answers(
      STANDBY,
      { done: false, action: fence, control },
      { done: false, action: promote, control: fenced },
      { done: false, action: promote, control: fenced },
      { done: true, action: nothing, control: active },
    );
    const { exitCode, out } = await run("failover");
    expect(exitCode).toBe(0);
    expect(out).toContain("us-east-2 is active (epoch 5)\ndone: nothing");
    expect(tools.said.slice(1)).toEqual([
      "dr: a failover to us-east-2 is in progress (epoch 5); promote",
      "dr: us-east-2 is active (epoch 5); nothing: us-east-2 is active",
    ]);
    expect(events(STANDBY)).toHaveLength(4);
  });

  it("tells the state while an invocation takes its time", async () => {
    let finish = () => {};
    orchestrator(STANDBY)
      .on(InvokeCommand)
      .callsFake(({ Payload }: { Payload: Uint8Array }) => {
        const { action, dryRun } = JSON.parse(Buffer.from(Payload).toString()) as Event;
        if (dryRun) return payload({ done: false, action: fence, control });
        if (action === "status") {
          setImmediate(() => finish());
          return payload({ done: false, action: promote, control: fenced });
        }
        const last = payload({ done: true, action: nothing, control: active });
        return new Promise((resolve) => (finish = () => resolve(last)));
      });
    expect(await run("failover", "--yes")).toMatchObject({ exitCode: 0 });
    expect(tools.said).toEqual([
      "dr: a failover to us-east-2 is in progress (epoch 5); promote",
      "dr: us-east-2 is active (epoch 5); nothing: us-east-2 is active",
    ]);
  });

  it("does not ask with --yes", async () => {
    answers(
      STANDBY,
      { done: false, action: fence, control },
      { done: true, action: nothing, control: active },
    );
    expect(await run("failover", "--yes")).toMatchObject({ exitCode: 0 });
    expect(tools.asked).toEqual([]);
  });

  it("reports a refusal without sending the command", async () => {
    const refuse = { do: "refuse", because: "us-east-2 has no available member" };
    answers(STANDBY, { done: true, action: refuse, control });
    const { exitCode, out } = await run("failover", "--yes");
    expect(exitCode).toBe(1);
    expect(out).toContain("refuse: us-east-2 has no available member");
    expect(events(STANDBY)).toHaveLength(1);
  });

  it("ends with 3 after an hour that was not enough", async () => {
    orchestrator(STANDBY)
      .on(InvokeCommand)
      .resolves(payload({ done: false, action: promote, control: fenced }));
    const { exitCode, out } = await run("failover", "--yes");
    expect(exitCode).toBe(3);
    expect(out).toContain("not done yet, repeat it: promote");
  });

  it("asks home's orchestrator when the standby region does not answer", async () => {
    orchestrator(STANDBY).on(InvokeCommand).rejects(silence());
    const armed = { done: true, action: { do: "nothing" }, control };
    answers(HOME, armed, armed);
    const { exitCode, out } = await run("arm");
    expect(exitCode).toBe(0);
    expect(out).toContain("(orchestrator in us-east-1)");
  });

  it("does not ask the other region after a refusal of IAM", async () => {
    const denied = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
    orchestrator(STANDBY).on(InvokeCommand).rejects(denied);
    const { exitCode, error } = await run("disarm");
    expect(exitCode).toBe(3);
    expect(error).toContain("us-east-2: these credentials may not do it: not authorized");
    expect(events(HOME)).toEqual([]);
  });

  it("sends a failback to home's orchestrator first", async () => {
    const inHome = { ...control, how: "switchover" };
    answers(
      HOME,
      { done: false, action: fence, control: active },
      { done: true, action: { do: "nothing" }, control: inHome },
    );
    expect(await run("failback", "--yes")).toMatchObject({ exitCode: 0 });
    expect(events(HOME)).toEqual([{ action: "failback", dryRun: true }, { action: "failback" }]);
  });

  it("refuses a region that is none of the two", async () => {
    const { exitCode, error } = await run("failover", "--to", "us-west-2");
    expect(exitCode).toBe(2);
    expect(error).toContain('got the region "us-west-2"; allowed is us-east-2 or us-east-1');
  });
});
