import type { Control } from "../shipped";
import { watches } from "../description/canaries";
import type { Happening } from "../world/happenings";
import type { World } from "../world/world";

/** An event worth reporting; the time is in seconds of virtual time. */
export interface Moment {
  atMs: number;
  text: string;
}

/** The timeline of an outage for a reader: control item, Aurora, DNS, alarms. */
export class Journal {
  readonly moments: Moment[] = [];
  readonly dnsHosts: { atMs: number; host: string }[] = [];
  readonly controls: { atMs: number; control: Control }[] = [];
  readonly promotions: { atMs: number; promotionMs: number }[] = [];
  readonly denied = new Set<string>();
  /** Subjects of the messages sent to people. */
  readonly published: string[] = [];
  readonly canaryRuns: { atMs: number; name: string; failure: string | undefined }[] = [];
  /** When alarms on a canary went off. */
  readonly canaryRings: { atMs: number; name: string }[] = [];
  rowsUnderOldRight = 0;
  rowsLost = 0;
  private readonly settledIn = new Set<string>();
  private readonly canaryAlarms: ReadonlySet<string>;

  constructor(private readonly world: World) {
    const { alarms, canaries } = world.base.program;
    const played = world.synthetics === undefined ? [] : canaries;
    const watching = alarms.filter((alarm) => played.some((canary) => watches(alarm, canary)));
    this.canaryAlarms = new Set(watching.map(({ name }) => name));
    world.base.watch((happening) => this.note(happening));
  }

  add(text: string): void {
    this.moments.push({ atMs: this.world.base.nowMs, text });
    this.world.base.simulation.trace.line("journal", text);
  }

  private note(happening: Happening): void {
    const atMs = this.world.base.nowMs;
    switch (happening.kind) {
      case "region lost":
        return this.add(`${happening.region} is lost`);
      case "region back":
        return this.add(`${happening.region} is back`);
      case "ledger blocked":
        return this.add(`ledger in ${happening.region}: no writes, no strong reads`);
      case "ledger ready":
        return this.add(`ledger in ${happening.region}: ready again`);
      case "control written":
        return this.noteControl(
          happening.item as unknown as Control,
          happening.before as unknown as Control | undefined,
        );
      case "rows committed":
        return this.noteRows(happening);
      case "failover called":
        this.promotions.push({ atMs, promotionMs: happening.promotionMs });
        return this.add(`RDS: failover to ${happening.region} called, data loss allowed`);
      case "switchover called":
        return this.add(`RDS: switchover to ${happening.region} called`);
      case "writer moved":
        this.rowsLost += happening.rowsLost;
        return this.add(
          `Aurora: ${happening.region} is the writer; ${happening.rowsLost} rows had not arrived`,
        );
      case "volume rebuilt":
        return this.add(`Aurora: ${happening.region} is rebuilt as a reader, with a new volume`);
      case "alarm":
        if (happening.state === "ALARM") this.noteAlarm(happening.name);
        return;
      case "published":
        return void this.published.push(happening.subject);
      case "canary run":
        return this.noteCanary(happening);
      case "dns":
        this.dnsHosts.push({ atMs, host: happening.host });
        return this.add(`DNS answers ${happening.host.split(".")[2]}`);
      case "denied":
        this.denied.add(`${happening.functionName}: ${happening.action} on ${happening.resource}`);
        return;
      default:
    }
  }

  private noteControl(control: Control, before: Control | undefined): void {
    this.controls.push({ atMs: this.world.base.nowMs, control });
    if (before === undefined) this.add(`control item created, target ${control.target}`);
    else if (control.epoch > before.epoch) {
      this.add(`fence: epoch ${control.epoch}, target ${control.target} (${control.reason})`);
    } else if (control.active !== before.active) {
      this.add(`${control.active} is active, epoch ${control.epoch}`);
    } else if (control.notifiedEpoch > before.notifiedEpoch) {
      this.add(`operators told of epoch ${control.epoch}`);
    } else if (control.repointedEpoch > before.repointedEpoch) {
      this.add(`home's health check re-pointed past epoch ${control.epoch}`);
    }
  }

  private noteAlarm(name: string): void {
    const isOfCanary = this.canaryAlarms.has(name);
    if (isOfCanary) this.canaryRings.push({ atMs: this.world.base.nowMs, name });
    if (isOfCanary || /home-(lost|not-serving)/.test(name)) this.add(`alarm ${name}: ALARM`);
  }

  private noteCanary({ name, failure }: Extract<Happening, { kind: "canary run" }>): void {
    this.canaryRuns.push({ atMs: this.world.base.nowMs, name, failure });
    if (failure === undefined) return;
    // Removes the order's id and the host, and all but the first of several answers.
    const why = failure.replace(/^Error: (order \S+: )?|https:\/\/[^/]+|;.*/gs, "");
    this.add(`canary ${name} fails: ${why}`);
  }

  private noteRows(happening: Extract<Happening, { kind: "rows committed" }>): void {
    for (const row of happening.rows) if (row.epoch !== happening.right) this.rowsUnderOldRight++;
    const key = `${happening.region} ${happening.right}`;
    if (happening.rows.length === 0 || this.settledIn.has(key)) return;
    this.settledIn.add(key);
    this.add(`first order settled in ${happening.region} under epoch ${happening.right}`);
  }
}
