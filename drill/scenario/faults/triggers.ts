import { alarmAction, alarmMessage, notification } from "../../../support/aws/alarmEvents";
import type { FunctionDescription } from "../../description/functions";
import { bounds } from "../bounds";
import { type FaultKind, type Stage, fault } from "./fault";

export type TriggerPath = "sentinel" | "alarm" | "tick";

/** The path by which an event reached the orchestrator; undefined for an operator's command. */
export function pathOf(payload: unknown): TriggerPath | undefined {
  const { trigger, action } = (payload ?? {}) as { trigger?: string; action?: string };
  if (action !== undefined) return undefined;
  return trigger === "sentinel" || trigger === "tick" ? trigger : "alarm";
}

function isOrchestrator({ region }: Stage): (target: FunctionDescription) => boolean {
  const standby = region("standby");
  return (target) => target.stem === "failoverOrchestrator" && target.region === standby;
}

/** Only one of the three trigger paths works. It begins early, so that running loops end first. */
export function onlyPath(path: TriggerPath): FaultKind {
  const name = `only the ${path}`;
  return {
    name,
    // Longer than every main fault.
    lasts: [700, 700],
    draw: () =>
      fault(
        {
          name,
          description: `of the three ways to the orchestrator only the ${path} is left`,
          failover: "must not",
          bound: bounds.hampered,
        },
        (stage) => {
          const isMeant = isOrchestrator(stage);
          return [
            stage.world.base.hooks.event.add((target, payload) => {
              const way = isMeant(target) ? pathOf(payload) : undefined;
              return way === undefined || way === path ? undefined : [];
            }),
          ];
        },
      ),
  };
}

/** Trigger events of the orchestrator are duplicated, delayed, reordered or lost. */
export const triggersDisturbed: FaultKind = {
  name: "triggers disturbed",
  lasts: [200, 480],
  draw: (stream) => {
    const lost = stream.between(0, 0.4);
    const doubled = stream.between(0, 0.6);
    const lateSeconds = stream.integer(0, 30);
    return fault(
      {
        name: "triggers disturbed",
        description:
          `of the orchestrator's events ${(lost * 100).toFixed(0)} % are lost, ` +
          `${(doubled * 100).toFixed(0)} % come twice, each up to ${lateSeconds} s late`,
        failover: "must not",
      },
      (stage) => {
        const isMeant = isOrchestrator(stage);
        const chance = stage.world.base.random.stream("triggers disturbed");
        const lateMs = (): number => chance.uniform() * lateSeconds * 1000;
        return [
          stage.world.base.hooks.event.add((target) => {
            if (!isMeant(target)) return undefined;
            if (chance.chance(lost)) return [];
            return chance.chance(doubled) ? [lateMs(), lateMs()] : [lateMs()];
          }),
        ];
      },
    );
  },
};

/**
 * Events that nothing caused: what an alarm sends directly and through a topic, and commands with a
 * mistyped field.
 */
function unfoundedEvents({ world, region }: Stage): object[] {
  const { account } = world.base.program;
  const { nowMs } = world.base;
  const name = "forged";
  const arn = `arn:aws:cloudwatch:${region("standby")}:${account}:alarm:${name}`;
  const topicArn = `arn:aws:sns:${region("home")}:${account}:${name}`;
  const to = region("standby");
  return [
    alarmAction({ name, arn }, "ALARM", nowMs),
    notification(topicArn, "ALARM", alarmMessage({ name, arn }, "ALARM", nowMs)),
    { action: "failover", to, dryRun: "true" },
    { action: "failover", to, dry_run: true },
  ];
}

/** Forged alarms claim that home is lost, and an operator mistypes a dry run. No event is evidence. */
export const forgedAlarms: FaultKind = {
  name: "forged alarms",
  lasts: [30, 120],
  draw: (stream) => {
    const times = stream.integer(1, 4);
    return fault(
      {
        name: "forged alarms",
        description: `${times} events reach the orchestrator that nothing caused`,
        failover: "must not",
      },
      (stage) => {
        const { base, lambda } = stage.world;
        const events = unfoundedEvents(stage).slice(0, times);
        for (const target of [...base.program.functions.values()].filter(isOrchestrator(stage))) {
          events.forEach((event, i) =>
            base.simulation.after(i * 7_000, () => lambda.invokeAsync(target.arn, event)),
          );
        }
        return [];
      },
    );
  },
};

/**
 * The pollers in the standby cannot reach anything outside. Their own isolation is not evidence
 * against home.
 */
export const blind: FaultKind = {
  name: "blind",
  lasts: [120, 480],
  draw: () =>
    fault(
      {
        name: "blind",
        description: "from the standby region no API answers, though clients reach both",
        failover: "must not",
        hinders: true,
      },
      ({ world, region }) => [
        world.base.hooks.request.add((_at, _path, _method, from) =>
          from === region("standby") ? "hang" : undefined,
        ),
      ],
    ),
};
