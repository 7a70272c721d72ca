import type { World } from "../world/world";

/** As `lambda/handlers/failoverOrchestrator` takes it. */
export type Order =
  { action: "failover"; to: string } | { action: "failback" | "arm" | "disarm" | "status" };

/** What of its answer an operator reads: a refusal is final for the command, not for who gave it. */
interface Answer {
  done?: boolean;
  action?: { do: string };
}

const AGAIN_MS = 5_000;
/** Longer than the orchestrator may run: after this no answer comes any more. */
const PATIENCE_MS = 160_000;

/** Operators at their own machine: they invoke an orchestrator and repeat a command until done. */
export class Operators {
  constructor(private readonly world: World) {}

  /** Until it is carried out; what was refused is asked for again. @returns stops repeating. */
  repeat(region: string, order: Order): () => void {
    let isOver = false;
    const again = (): void => {
      if (isOver) return;
      this.say(region, order, (isDone) => {
        if (isDone) isOver = true;
        else this.world.base.simulation.after(AGAIN_MS, again);
      });
    };
    again();
    return () => {
      isOver = true;
    };
  }

  /** Once; whatever comes of it. */
  say(region: string, order: Order, answered: (isDone: boolean) => void = () => {}): void {
    const { base, lambda } = this.world;
    const orchestrator = [...base.program.functions.values()].find(
      (each) => each.region === region && each.stem === "failoverOrchestrator",
    );
    if (orchestrator === undefined) throw new Error(`no orchestrator in ${region}`);
    base.happened({ kind: "operator", region, action: order.action });
    let isOver = false;
    const over = (isDone: boolean): void => {
      if (isOver) return;
      isOver = true;
      giveUp();
      answered(isDone);
    };
    const giveUp = base.simulation.after(PATIENCE_MS, () => over(false));
    lambda.invoke(orchestrator.arn, order, (outcome) => {
      const { done, action } = outcome.how === "returned" ? (outcome.result as Answer) : {};
      over(done === true && action?.do !== "refuse");
    });
  }
}
