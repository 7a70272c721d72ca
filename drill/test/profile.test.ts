import { HANDLERS_URL } from "../evaluateHandlers";
import { sharesOf } from "../runner/profile";

const frame = (functionName: string, url = "") => ({ functionName, url });

it("a profile's busy time is shared out by where it was sampled", () => {
  const frames = [
    frame("(root)"),
    frame("(idle)"),
    frame("accept", HANDLERS_URL),
    frame("send", "file:///somewhere/worker.cjs"),
    frame("hash", "node:internal/crypto/hash"),
    frame("(program)"),
    frame("(garbage collector)"),
    frame("runMicrotasks"),
  ];
  const shares = sharesOf({
    nodes: frames.map((callFrame, id) => ({ id, callFrame })),
    samples: [1, 2, 3, 2, 4, 5, 6, 7, 0],
    timeDeltas: [5_000, 10, 40, 20, 4, 6, 8, 12, 700],
  });
  expect(shares).toEqual({ handlers: 0.3, world: 0.4, node: 0.1, garbage: 0.08, promises: 0.12 });
});
