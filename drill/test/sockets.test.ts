import { sharedCalls } from "../../lambda/runtime/sharedCalls";
import { Simulation } from "../../support/simulation/simulation";
import type { FunctionDescription } from "../description/functions";
import type { Base } from "../world/base";
import { Sockets } from "../world/sockets";

/** Connections of a function in us-east-2 while names of us-east-1 hang. */
function play(lookupThreads: number) {
  const simulation = new Simulation();
  const base = {
    simulation,
    regionsWithoutNames: new Set(["us-east-1"]),
    get nowMs() {
      return simulation.nowMs;
    },
  } as unknown as Base;
  const description = { region: "us-east-2", lookupThreads } as FunctionDescription;
  const sockets = new Sockets(base, description);
  sockets.share = sharedCalls();
  const seen: string[] = [];
  const note = (name: string) => (error?: Error) => {
    const seconds = (simulation.nowMs - simulation.startMs) / 1000;
    seen.push(`${name} ${seconds} s${error === undefined ? "" : ": no address"}`);
  };
  return {
    seen,
    sockets,
    open: (name: string) => sockets.open(name, note(name)),
    reuse: (name: string) => sockets.reuse(name, note(name)),
    run: (seconds: number) => simulation.run(simulation.nowMs + seconds * 1000),
  };
}

it("lookups of a name that hangs share one thread, and the others go on", async () => {
  const { seen, open, run } = play(2);
  for (let i = 0; i < 3; i++) open("home.us-east-1");
  open("rds.us-east-2");
  await run(25);
  expect(seen).toEqual([
    "rds.us-east-2 0 s",
    ...Array<string>(3).fill("home.us-east-1 20 s: no address"),
  ]);
});

it("a lookup waits while names that hang occupy all threads", async () => {
  const { seen, open, run } = play(2);
  ["home.us-east-1", "sns.us-east-1", "rds.us-east-2"].forEach(open);
  await run(25);
  expect(seen.at(-1)).toBe("rds.us-east-2 20 s");
});

it("a call reuses a connection that was used a moment ago, and needs no lookup", async () => {
  const { seen, sockets, open, reuse, run } = play(1);
  open("home.us-east-1");
  sockets.keep("rds.us-east-2");
  await run(1);
  reuse("rds.us-east-2");
  reuse("rds.us-east-2");
  await run(25);
  expect(seen).toEqual([
    "rds.us-east-2 1 s",
    "home.us-east-1 20 s: no address",
    "rds.us-east-2 20 s",
  ]);
});
