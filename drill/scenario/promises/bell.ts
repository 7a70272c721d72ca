import { alarmIn } from "../../../support/aws/alarmEvents";
import type { Base } from "../../world/base";
import type { Happening } from "../../world/happenings";

/** When an operator was last being notified by one of some alarms. */
export class Bell {
  private readonly ringing = new Set<string>();
  private endedMs = -Infinity;

  constructor(
    private readonly base: Base,
    private readonly names: ReadonlySet<string>,
  ) {}

  hear(happening: Happening): void {
    if (happening.kind === "published") {
      const alarm = alarmIn(happening.message);
      if (alarm?.state === "ALARM" && this.names.has(alarm.name)) this.ringing.add(alarm.name);
    }
    if (happening.kind === "alarm" && happening.state !== "ALARM") {
      if (this.ringing.delete(happening.name)) this.endedMs = this.base.nowMs;
    }
  }

  hasRungSince(ms: number): boolean {
    return this.ringing.size > 0 || this.endedMs >= ms;
  }
}
