/** What an operator reads about an alarm: in its message, and in the table of docs/runbook.md. */
export interface AlarmText {
  /** What is wrong in ALARM state. */
  readonly meaning: string;
  /** The fault that the alarm is for. */
  readonly fault: string;
  /** The first command, as `dr status`. */
  readonly first: string;
  /** What to do after it. @default - what the command says */
  readonly next?: string;
}

/** An alarm's description. CloudWatch allows 1,024 characters. */
export function describeAlarm({ meaning, fault, first, next }: AlarmText): string {
  const then = next === undefined ? "" : `, then ${next}`;
  return `${meaning}. Expected fault: ${fault}. First: ${first}${then}.`;
}

/**
 * The parts of a description.
 * @throws Error if `describeAlarm` has not made it.
 */
export function readDescription(description: string): AlarmText {
  const parts = /^(.+?)\. Expected fault: (.+?)\. First: (dr [^,.]+)(?:, then (.+))?\.$/.exec(
    description,
  );
  if (parts === null) {
    throw new Error(`alarm: got the description "${description}"; make it with describeAlarm`);
  }
  const [, meaning = "", fault = "", first = "", next] = parts;
  return { meaning, fault, first, ...(next && { next }) };
}
