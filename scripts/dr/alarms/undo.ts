import { explain } from "../aws";
import { DrError } from "../exit";

/** Steps that are undone together, also after an interruption. */
export class Undo {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private undone: Promise<string[]> | undefined;

  /**
   * Does something and remembers how to undo it, also where it seems to have failed: AWS may have done
   * it all the same.
   * @param undo - gets what was done, or undefined after an error
   * @throws DrError once everything is being undone: nothing may be added then.
   */
  async do<Done>(
    act: () => Promise<Done>,
    undo: (done: Done | undefined) => Promise<unknown>,
  ): Promise<Done> {
    if (this.undone !== undefined) throw new DrError("dr: interrupted");
    const acting = act();
    this.steps.push(() =>
      acting.then(
        (done) => undo(done),
        () => undo(undefined),
      ),
    );
    return acting;
  }

  /** Undoes everything once, the last step first, and says what could not be undone. */
  all(): Promise<string[]> {
    return (this.undone ??= this.run());
  }

  private async run(): Promise<string[]> {
    const problems: string[] = [];
    for (const step of this.steps.reverse()) {
      await step().catch((error: unknown) => problems.push(explain(error)));
    }
    return problems;
  }
}
