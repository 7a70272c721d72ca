import type { World } from "../world/world";

/** The input of `lambda/handlers/failoverOrchestrator`. */
export type Order =
  { action: "failover"; to: string } | { action: "failback" | "arm" | "disarm" | "status" };

/** The part of the answer that an operator reads. An operator may repeat a refused command. */
interface Answer {
  done?: boolean;
  action?: { do: string };
}

const AGAIN_MS = 5_000;
/** Longer than the orchestrator's timeout: no answer arrives after this. */
const PATIENCE_MS = 160_000;

/**
 * Operators invoke an orchestrator from their own machine and repeat a command until it is done.
 */
export class Operators {
  constructor(private readonly world: World) {}

  /**
   * Repeats a command until it is carried out, after a refusal too. @returns a function that stops
   * repeating.
   */
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

  /** Invokes once, whatever the result. */
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
