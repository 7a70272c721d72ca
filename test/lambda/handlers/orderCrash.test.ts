import { createOrderApi } from "../../../lambda/handlers/orderApi";
import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import { createSettlementSweep } from "../../../lambda/handlers/settlementSweep";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { batch, get, openItem, order, orderId, post, stored } from "../../helpers/events";
import { FakeWorld, HOME, Life, STANDBY, throttled } from "../../helpers/fakeRuntime";

const numbers = [1, 2, 3];
const steps = ["order-api", "order-processor", "sweep home", "sweep standby"] as const;
type Step = (typeof steps)[number];
type Crash = { step: Step; call: number; end: Life["end"] } | null;

/** Orders on their way through both regions; the process of one step may die at one call. */
class Story {
  readonly world = new FakeWorld();
  readonly lives = new Map<Step, Life>();
  active = HOME;

  constructor(private readonly crash: Crash) {
    this.world.setControl();
    for (const database of Object.values(this.world.services.databases)) database.at(1);
  }

  /** Orders arrive and settle; the second one's hint is lost, so that the sweep has work. */
  async begin(): Promise<void> {
    const { world } = this;
    for (const n of numbers) {
      const mend = n === 2 ? world.mishap({ service: "sqs" }, throttled()) : () => undefined;
      await this.place(n);
      mend();
    }
    await this.settle();
    await world.advance(61);
    this.replicate();
    await this.sweep("sweep home");
    await this.sweep("sweep standby");
    await this.settle();
  }

  /** Home is lost with every row that the standby does not have. */
  takeOver(): void {
    const { world } = this;
    const { [HOME]: home, [STANDBY]: standby } = world.services.databases;
    home!.isWriter = false;
    standby!.isWriter = true;
    standby!.epoch = 2;
    world.setControl({ version: 9, epoch: 2, active: STANDBY, how: "failover" });
    this.active = STANDBY;
  }

  /** Nobody dies any more: a minute later, one round of each brings everything home. */
  async heal(): Promise<void> {
    const { world, active } = this;
    const [here, there] = active === HOME ? steps.slice(2) : steps.slice(2).reverse();
    await world.advance(61);
    await this.sweep(here!);
    await this.settle(HOME);
    await this.settle(STANDBY);
    this.replicate();
    await this.sweep(there!);
  }

  /** A client that asks again until it is told that its order is accepted. */
  private async place(n: number): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const api = createOrderApi(this.world.runtime(HOME, this.life("order-api")));
      const answer = await this.attempt(api(post(order(n))), 3);
      if (answer?.statusCode === 202) return;
      if (answer !== undefined && answer.statusCode !== 503) throw new Error(answer.body);
    }
    throw new Error(`order ${n} was never accepted`);
  }

  /** Everything in a region's queues, a batch for each. Messages that fail come back. */
  private async settle(region = HOME): Promise<void> {
    const role = region === HOME ? "home" : "standby";
    for (const name of ["orders", "backlog"]) await this.settleQueue(region, `${name}-${role}`);
  }

  private async settleQueue(region: string, name: string): Promise<void> {
    const queue = this.world.services.queue(name);
    const bodies = queue.splice(0);
    if (bodies.length === 0) return;
    const life = region === this.active ? this.life("order-processor") : new Life();
    const process = createOrderProcessor(this.world.runtime(region, life));
    const answer = await this.attempt(process(batch(...bodies)), 10);
    const failed = answer?.batchItemFailures.map((one) => Number(one.itemIdentifier.slice(1)));
    queue.push(...bodies.filter((_, n) => failed?.includes(n) ?? true));
  }

  private async sweep(step: Step): Promise<void> {
    const runtime = this.world.runtime(step === "sweep home" ? HOME : STANDBY, this.life(step));
    const event = { trigger: "schedule" } as const;
    await this.attempt(createSettlementSweep(runtime)(event, this.world.invocation(50)), 50);
  }

  /** The first process of a step is the one that may die. */
  private life(step: Step): Life {
    const { crash } = this;
    const known = this.lives.get(step);
    if (known !== undefined) return known.calls >= known.lastCall ? new Life() : known;
    const life = crash?.step === step ? new Life(crash.call, crash.end) : new Life();
    this.lives.set(step, life);
    return life;
  }

  private replicate(): void {
    const { [HOME]: home, [STANDBY]: standby } = this.world.services.databases;
    if (this.active === HOME) home!.replicateTo(standby!);
    else standby!.replicateTo(home!);
  }

  private attempt<T>(work: Promise<T>, seconds: number): Promise<T | undefined> {
    return this.world.play(work, seconds).catch(() => undefined);
  }
}

/** What must hold at every moment: no mark of the present epoch and no closing without a row. */
function lies({ world, active }: Story): string[] {
  return numbers
    .filter((n) => {
      const { settledEpoch, shard, fingerprint } = world.item<OrderItem>(`order#${orderId(n)}`)!;
      const claims = settledEpoch === world.control!.epoch || shard?.startsWith("closed#") === true;
      const row = world.services.databases[active]!.rows.get(orderId(n));
      return claims && row?.fingerprint !== fingerprint;
    })
    .map((n) => `order ${n} is said to be settled, and is not`);
}

/** Every acknowledged order is to be one row in both databases, closed, told as settled. */
async function losses({ world, active }: Story): Promise<string[]> {
  const problems: string[] = [];
  for (const [region, { rows }] of Object.entries(world.services.databases)) {
    const ids = [...rows.keys()].sort().join();
    if (ids !== numbers.map(orderId).join()) problems.push(`rows in ${region}: ${ids}`);
  }
  const api = createOrderApi(world.runtime(active));
  for (const n of numbers) {
    const { shard, rejectedReason } = world.item<OrderItem>(`order#${orderId(n)}`)!;
    const { body } = await world.play(api(get(orderId(n))));
    const isGood = shard?.startsWith("closed#") && rejectedReason === undefined;
    if (!isGood || !body.includes("SETTLED")) problems.push(`order ${n}: ${shard}, ${body}`);
  }
  for (const queue of ["dead", "orders", "backlog"]) {
    for (const role of ["home", "standby"]) {
      const { length } = world.services.queue(`${queue}-${role}`);
      if (length > 0) problems.push(`${length} messages in ${queue}-${role}`);
    }
  }
  return problems;
}

/** What went wrong in a story with this crash. */
async function play(crash: Crash, isTakenOver: boolean): Promise<string[]> {
  const story = new Story(crash);
  await story.begin();
  const problems = lies(story);
  if (isTakenOver) story.takeOver();
  problems.push(...lies(story));
  await story.heal();
  problems.push(...(await losses(story)));
  return problems.map((problem) => `${crash?.end} at call ${crash?.call}: ${problem}`);
}

describe.each([
  ["home stays", false],
  ["the standby takes over without the last row", true],
])("while %s, no acknowledged order is lost or settled twice", (_, isTakenOver) => {
  it("without a crash", async () => {
    expect(await play(null, isTakenOver)).toEqual([]);
  });

  it.each(steps)("wherever %s dies", async (step) => {
    const whole = new Story(null);
    await whole.begin();
    const { calls } = whole.lives.get(step)!;
    expect(calls).toBeGreaterThan(5);
    const problems: string[] = [];
    for (let call = 1; call <= calls; call++) {
      for (const end of ["dies", "cut off"] as const) {
        problems.push(...(await play({ step, call, end }, isTakenOver)));
      }
    }
    expect(problems).toEqual([]);
  });
});

it("a row that was not replicated before a takeover is settled again", async () => {
  const story = new Story(null);
  await story.begin();
  const { databases } = story.world.services;
  expect(databases[HOME]!.rows.has(orderId(2))).toBe(true);
  story.takeOver();
  expect(databases[STANDBY]!.rows.has(orderId(2))).toBe(false);
  await story.heal();
  expect(databases[STANDBY]!.rows.get(orderId(2))).toMatchObject({ epoch: 2 });
});

it("a rejected order reaches the dead-letter queue and its client wherever order-processor crashes", async () => {
  const problems: string[] = [];
  const reject = async (life: Life): Promise<void> => {
    const world = new FakeWorld();
    world.setControl();
    const { [HOME]: home } = world.services.databases;
    home!.at(1).rows.set(orderId(1), { id: orderId(1), fingerprint: "another's" } as never);
    for (const n of [1, 2]) world.put(openItem(n, world.nowMs));
    const hints = batch(stored(1, world.nowMs), stored(2, world.nowMs));
    const process = (one?: Life) => createOrderProcessor(world.runtime(HOME, one))(hints);
    await world.play(process(life), 10).catch(() => undefined);
    await world.play(process());
    const { shard, rejectedReason } = world.item<OrderItem>(`order#${orderId(1)}`)!;
    const isTold =
      shard === undefined && rejectedReason === "this orderId was used for another order";
    const isKept = world.services.queue("dead-home").length > 0;
    if (!isTold || !isKept || !home!.rows.has(orderId(2))) problems.push(`call ${life.calls}`);
  };
  const whole = new Life();
  await reject(whole);
  expect(whole.calls).toBeGreaterThan(5);
  for (let call = 1; call <= whole.calls; call++) await reject(new Life(call));
  expect(problems).toEqual([]);
});
