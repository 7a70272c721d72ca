import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Finding } from "./findings";

const reasonsFile = path.join(__dirname, "reasons.yaml");

const reasonSchema = z.strictObject({
  validator: z.string(),
  rule: z.string(),
  /** Names of resources, in which * stands for any text. */
  resources: z.array(z.string()).min(1),
  /** Names of captures; without them, all. */
  captures: z.array(z.string()).optional(),
  /** A part of the message; without it, all messages of the rule. */
  message: z.string().optional(),
  reason: z.string().min(20),
});

/** Why findings stand. */
export type Reason = z.infer<typeof reasonSchema>;

export function readReasons(): Reason[] {
  return z.array(reasonSchema).parse(parse(readFileSync(reasonsFile, "utf8")));
}

export interface Comparison {
  /** Findings without a reason. */
  readonly unexplained: readonly Finding[];
  /** Reasons, and resources in them, that no finding needs. */
  readonly outdated: readonly string[];
  readonly explained: number;
}

/** Holds findings against reasons; reasons for validators that did not run are left alone. */
export function compare(
  findings: readonly Finding[],
  reasons: readonly Reason[],
  validators: ReadonlySet<string>,
): Comparison {
  const used = new Set<string>();
  const unexplained = findings.filter((finding) => {
    const matching = reasons.flatMap((reason, index) =>
      reason.resources
        .filter((resource) => matches(reason, resource, finding))
        .map((resource) => `${index} ${resource}`),
    );
    matching.forEach((each) => used.add(each));
    return matching.length === 0;
  });
  const outdated = reasons.flatMap(({ validator, rule, resources, message }, index) =>
    resources
      .filter((resource) => validators.has(validator) && !used.has(`${index} ${resource}`))
      .map((resource) => [validator, rule, resource, message].filter(Boolean).join(", ")),
  );
  return { unexplained, outdated, explained: findings.length - unexplained.length };
}

function matches(reason: Reason, resource: string, finding: Finding): boolean {
  return (
    reason.validator === finding.validator &&
    reason.rule === finding.rule &&
    (reason.captures ?? [finding.capture]).includes(finding.capture) &&
    glob(resource).test(finding.resource) &&
    finding.message.includes(reason.message ?? "")
  );
}

function glob(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replace(/[^\w ]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`);
}
