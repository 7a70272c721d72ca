import type { Answer, Forward, Handle, Passing } from "./proxy";

export type MoveKind = "failover" | "switchover";

/** A failover or switchover of the global database in progress. */
export interface Move {
  kind: MoveKind;
  from: string;
  to: string;
}

interface MoveSettings {
  /** Regions by the ARN of their cluster. */
  regions: ReadonlyMap<string, string>;
  /** How long a move takes. */
  secondsOf: (kind: MoveKind) => number;
  /** Makes the target's PostgreSQL the writer. */
  finish: (move: Move) => Promise<void>;
  onChange: (what: string) => void;
}

/**
 * What the emulator lacks of a global database: a failover takes its time, Describe shows it meanwhile,
 * and the target's PostgreSQL is promoted at its end. The emulator has moved the writer at once.
 */
export class Moves {
  current: Move | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly settings: MoveSettings) {}

  readonly handle: Handle = (passing, forward) => {
    if (passing.service !== "rds") return undefined;
    const form = new URLSearchParams(passing.body.toString());
    switch (form.get("Action")) {
      case "FailoverGlobalCluster":
        return this.begin(
          form.get("AllowDataLoss") === "true" ? "failover" : "switchover",
          passing,
          forward,
        );
      case "SwitchoverGlobalCluster":
        return this.begin("switchover", passing, forward);
      case "DescribeGlobalClusters":
        return this.describe(forward);
      default:
        return undefined;
    }
  };

  stop(): void {
    clearTimeout(this.timer);
  }

  private async begin(kind: MoveKind, { body }: Passing, forward: Forward): Promise<Answer> {
    if (this.current !== undefined) return refused("a failover or switchover is under way");
    const answer = await forward();
    if (answer.status !== 200) return answer;
    const target = new URLSearchParams(body.toString()).get("TargetDbClusterIdentifier") ?? "";
    const to = this.settings.regions.get(target);
    const from = [...this.settings.regions.values()].find((region) => region !== to);
    if (to === undefined || from === undefined) throw new Error(`live: no cluster ${target}`);
    this.current = { kind, from, to };
    const seconds = this.settings.secondsOf(kind);
    this.settings.onChange(`RDS: ${kind} to ${to}, drawn ${seconds.toFixed(1)} s`);
    this.timer = setTimeout(() => void this.finish(), seconds * 1000);
    return answer;
  }

  private async finish(): Promise<void> {
    const move = this.current!;
    try {
      await this.settings.finish(move);
      this.settings.onChange(`RDS: ${move.to} is the writer`);
    } catch (error) {
      this.settings.onChange(`RDS: the ${move.kind} failed: ${String(error)}`);
    } finally {
      this.current = undefined;
    }
  }

  /** Shows the members as they were, and the move. */
  private async describe(forward: Forward): Promise<Answer> {
    const answer = await forward();
    if (this.current === undefined || answer.status !== 200) return answer;
    const body = Buffer.from(underWay(answer.body.toString(), this.current, this.settings.regions));
    return {
      ...answer,
      headers: { ...answer.headers, "content-length": String(body.length) },
      body,
    };
  }
}

function underWay(xml: string, { kind, from, to }: Move, regions: MoveSettings["regions"]): string {
  const arnOf = (region: string) => [...regions].find(([, each]) => each === region)![0];
  const status = kind === "failover" ? "failing-over" : "switching-over";
  const state =
    `<FailoverState><Status>${status}</Status>` +
    `<FromDbClusterArn>${arnOf(from)}</FromDbClusterArn>` +
    `<ToDbClusterArn>${arnOf(to)}</ToDbClusterArn>` +
    `<IsDataLossAllowed>${kind === "failover"}</IsDataLossAllowed></FailoverState>`;
  return xml
    .replace(/<Status>available<\/Status>/, `<Status>${status}</Status>${state}`)
    .replace(/<IsWriter>(true|false)<\/IsWriter>/g, (_, isWriter: string) => {
      return `<IsWriter>${isWriter !== "true"}</IsWriter>`;
    });
}

function refused(message: string): Answer {
  const body = Buffer.from(
    "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidGlobalClusterStateFault</Code>" +
      `<Message>${message}</Message></Error><RequestId>live</RequestId></ErrorResponse>`,
  );
  return { status: 400, headers: { "content-type": "text/xml" }, body };
}
