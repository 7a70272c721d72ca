/** What a validator complains about. */
export interface Finding {
  readonly validator: string;
  /** The rule that is broken, by the validator's own name where it has one. */
  readonly rule: string;
  /** The capture in which it is, as `pull request`. */
  readonly capture: string;
  /** As `Queue queues-use1-orders`. */
  readonly resource: string;
  readonly message: string;
}

/** Counts what a validator checks, and collects what it finds. */
export class Report {
  readonly findings: Finding[] = [];
  checks = 0;

  /** What is being checked. */
  capture = "";

  constructor(readonly validator: string) {}

  /** One check; `message` is for the finding. */
  check(rule: string, resource: string, holds: boolean, message: string): void {
    this.checks++;
    if (!holds) this.find(rule, resource, message);
  }

  find(rule: string, resource: string, message: string): void {
    const { validator, capture } = this;
    this.findings.push({ validator, rule, capture, resource, message });
  }
}
