import type { AlarmState } from "../../support/cloudwatch/alarmRule";
import type { Environment, Outcome } from "./environment";
import type { KeyOwner } from "./keyRing";
import type { Item } from "../../support/dynamodb/expressions";
import type { Row } from "./volume";

/** A request from a function. Its status is set when the answer arrives. */
export interface Asked {
  atMs: number;
  from: string;
  url: string;
  method: string;
  status: number | undefined;
}

/** Events that watchers receive: promises, timeline and coverage. */
export type Happening =
  | { kind: "region lost" | "region back"; region: string }
  | {
      /**
       * The control item has a kind of its own, because it is written far less often than other
       * items.
       */
      kind: "control written" | "ledger written";
      table: string;
      pk: string;
      item: Item | undefined;
      before: Item | undefined;
    }
  | { kind: "ledger blocked" | "ledger ready"; region: string }
  | {
      kind: "rows committed";
      region: string;
      volumeId: number;
      rows: readonly Row[];
      right: number;
    }
  /** As a fault: the database refuses an order. */
  | { kind: "row refused"; region: string }
  | { kind: "right raised"; region: string; volumeId: number; epoch: number }
  | { kind: "failover called" | "switchover called"; region: string; promotionMs: number }
  | { kind: "writer moved"; region: string; rowsLost: number }
  | { kind: "volume rebuilt"; region: string }
  | { kind: "alarm"; name: string; region: string; state: AlarmState }
  | { kind: "health check"; id: string; isHealthy: boolean }
  | { kind: "dns"; name: string; host: string }
  | { kind: "published"; topicArn: string; subject: string; message: string }
  | { kind: "invoked"; functionName: string; region: string; how: "sync" | "async" }
  | { kind: "invocation failed"; functionName: string; region: string; reason: string }
  /** A run of a Synthetics canary; `failure` is undefined if it passed. */
  | { kind: "canary run"; name: string; region: string; failure: string | undefined }
  | { kind: "throttled"; functionName: string; region: string }
  | { kind: "denied"; functionName: string; region: string; action: string; resource: string }
  | { kind: "dead letter"; queueName: string; body: string }
  | { kind: "asked"; asked: Asked; by: Environment }
  /** A function reads keys of tokens, and received the published ones. */
  | { kind: "keys asked"; owner: KeyOwner; by: Environment }
  | { kind: "keys read"; by: Environment; signatures: readonly string[] }
  /** The result of an authorizer; `by` is undefined if a throttle refused it. */
  | { kind: "token checked"; token: string; outcome: Outcome; by: Environment | undefined }
  /** Caused by a fault: an orchestrator dies after an act, or a function freezes. */
  | { kind: "killed"; after: string }
  | { kind: "frozen"; stem: string }
  | { kind: "operator"; region: string; action: string }
  | { kind: "fault begins" | "fault ends"; name: string }
  | { kind: "told"; by: "client" | "function"; orderId: string; body: string };

export type Kind = Happening["kind"];
