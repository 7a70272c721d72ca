import { type Control, raisesEpoch } from "../../shipped";
import type { World } from "../../world/world";
import { isReactivation } from "./epochs";
import type { Watcher } from "./watcher";

/**
 * Every row is written under the current right of its volume, and the rows of one epoch in one
 * region only.
 */
export const oneWriter: Watcher = {
  name: "one writer per epoch",
  kinds: ["rows committed"],
  watch: () => {
    const regions = new Map<number, string>();
    return (happening) => {
      if (happening.kind !== "rows committed") return undefined;
      for (const { epoch } of happening.rows) {
        if (epoch !== happening.right) {
          return `a row of epoch ${epoch} under the right of epoch ${happening.right} in ${happening.region}`;
        }
        const region = regions.get(epoch);
        if (region === undefined) regions.set(epoch, happening.region);
        else if (region !== happening.region) {
          return `rows of epoch ${epoch} in ${region} and in ${happening.region}`;
        }
      }
      return undefined;
    };
  },
};

/**
 * The version grows by one with each write; the epoch grows by one at a fence and never otherwise. If
 * the database has another epoch, the active region is activated again above that.
 */
export const monotone: Watcher = {
  name: "version and epoch only grow",
  kinds: ["control written"],
  watch:
    ({ ledgerTable, world }) =>
    (happening) => {
      if (happening.kind !== "control written") return undefined;
      if (happening.table !== ledgerTable) return undefined;
      if (happening.item === undefined) return "the control item was deleted";
      if (happening.before === undefined) return undefined;
      const before = happening.before as unknown as Control;
      const after = happening.item as unknown as Control;
      const isFence = after.epoch === before.epoch + 1 && after.active === null;
      const isCorrected = isReactivation(before, after) && corrects(world, before, after);
      const isRight =
        after.version === before.version + 1 &&
        (isFence || isCorrected || after.epoch === before.epoch);
      return isRight
        ? undefined
        : `version ${before.version} to ${after.version}, epoch ${before.epoch} to ${after.epoch}`;
    },
};

function corrects({ aurora }: World, before: Control, after: Control): boolean {
  const { writerEpoch = 0 } = aurora.writer.volume.state;
  return before.epoch !== writerEpoch && raisesEpoch(writerEpoch, after.epoch);
}

/**
 * A switchover waits until everything has been replicated. A failback that operators request loses
 * nothing, by whichever RDS call.
 */
export const failbackLosesNothing: Watcher = {
  name: "a failback loses nothing",
  kinds: ["switchover called", "failover called", "control written", "writer moved"],
  watch: ({ home }) => {
    let isSwitchover = false;
    let isFailback = false;
    return (happening) => {
      if (happening.kind === "switchover called") isSwitchover = true;
      if (happening.kind === "failover called") isSwitchover = false;
      if (happening.kind === "control written") {
        const control = happening.item as unknown as Control | undefined;
        isFailback = control?.target === home && control.reason === "operator: failback";
      }
      if (happening.kind !== "writer moved" || happening.rowsLost === 0) return undefined;
      if (!isSwitchover && !(isFailback && happening.region === home)) return undefined;
      return `${happening.rowsLost} rows were lost on the way to ${happening.region}`;
    };
  },
};

/** Simulated clients use no id twice, so no order of theirs may end among the dead letters. */
export const deadLetters: Watcher = {
  name: "dead letters hold only what can never succeed",
  kinds: ["dead letter"],
  watch: ({ world }) => {
    const isOwn = new Set(
      [...world.base.program.functions.values()].map(({ environment }) =>
        environment["DEAD_LETTER_QUEUE_URL"]?.split("/").at(-1),
      ),
    );
    return (happening) => {
      if (happening.kind !== "dead letter" || !isOwn.has(happening.queueName)) return undefined;
      // A design without a ledger has the whole order in its message.
      const id = /"orderIds?":\[?"([^"]+)"/.exec(happening.body)?.[1];
      return id === undefined ? undefined : `order ${id}, which is valid`;
    };
  },
};
