import { readFileSync } from "node:fs";
import { runAsScript, say } from "./cli";

/** One line of what the stand-in engine did, as far as its order matters. */
export interface JournalEntry {
  readonly op: string;
  readonly urn: string;
}

const isOfFailover = ({ urn }: JournalEntry) => urn.includes("trading:platform:Failover$");

/**
 * What contradicts that failover is made after everything else and removed before it, so that
 * neither a deployment nor a teardown looks like an outage.
 */
export function orderComplaints(entries: readonly JournalEntry[]): string[] {
  const made = entries.filter(({ op }) => op === "create");
  const removed = entries.filter(({ op }) => op === "delete");
  const madeFirst = made.findIndex(isOfFailover);
  const removedFirst = removed.findIndex((entry) => !isOfFailover(entry));
  if (madeFirst < 0 || !removed.some(isOfFailover)) {
    return ["nothing of failover was both made and removed"];
  }
  const late = made.find((entry, index) => index > madeFirst && !isOfFailover(entry));
  const left = removed.find(
    (entry, index) => removedFirst >= 0 && index > removedFirst && isOfFailover(entry),
  );
  return [
    ...(late ? [`${late.urn} was made after failover had begun`] : []),
    ...(left ? [`${left.urn} was still there when other things were removed`] : []),
  ];
}

runAsScript(module, ([file = ""]) => {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const complaints = orderComplaints(lines.map((line) => JSON.parse(line) as JournalEntry));
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  say("failover is made last and removed first");
});
