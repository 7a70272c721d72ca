import { regionCode } from "../../lib/platform/naming";
import { statefulTypes } from "../../lib/platform/statefulTypes";
import { partsOf, type Preview, type Step } from "./preview";

/** A new health check has a new id and starts healthy, while records and alarms use the old one. */
const HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck";
const isGuarded = (type: string) => statefulTypes.has(type) || type === HEALTH_CHECK;

const REMOVING = /replace|delete|discard/;
/** DynamoDB deletes the replica of the former region, with its data, in an update of the table. */
const REPLICA_REGION = /^(replicas\[\d+\]|globalTableWitness)(\.regionName)?$/;
const TABLE = "aws:dynamodb/table:Table";

/** A step that loses data, or an id that others depend on. */
export interface Risk {
  readonly urn: string;
  readonly name: string;
  readonly what: string;
}

function whatIsRisky({ op, urn, replaceReasons, detailedDiff }: Step): string | null {
  const { type } = partsOf(urn);
  if (!isGuarded(type)) return null;
  if (REMOVING.test(op)) {
    const reasons = replaceReasons?.length ? ` because of ${replaceReasons.join(", ")}` : "";
    return `${op}${reasons}`;
  }
  const paths = type === TABLE && op === "update" ? Object.keys(detailedDiff ?? {}) : [];
  const moved = paths.filter((path) => REPLICA_REGION.test(path));
  return moved.length > 0 ? `delete a replica by a change of ${moved.join(", ")}` : null;
}

/** The steps of a preview that nobody should take by accident. */
export function risksOf(preview: Preview): Risk[] {
  const risks = preview.steps.flatMap((step) => {
    const what = whatIsRisky(step);
    return what === null ? [] : [{ urn: step.urn, name: partsOf(step.urn).name, what }];
  });
  // The engine lists the steps of a replacement one by one.
  return [...new Map(risks.map((risk) => [risk.urn, risk])).values()];
}

/**
 * Why a preview must not be carried out, a line for each risk that nobody has allowed.
 * @param allowed - URNs, or names that belong to one risk only
 */
export function refusals(risks: readonly Risk[], allowed: readonly string[]): string[] {
  const isAllowed = ({ urn, name }: Risk) => {
    const isOnlyOne = risks.filter((other) => other.name === name).length === 1;
    return allowed.includes(urn) || (isOnlyOne && allowed.includes(name));
  };
  return risks
    .filter((risk) => !isAllowed(risk))
    .map(({ urn, what }) => `${urn} would ${what}; if that is meant, add --allow '${urn}'`);
}

/**
 * The resources to name with `--target` for a hotfix that touches nothing outside the surviving
 * region: what changes there, without risks, and the new components that it belongs to.
 */
export function hotfixTargets(preview: Preview, region: string): string[] {
  const provider = `::pulumi:providers:aws::${regionCode(region)}::`;
  const risky = new Set(risksOf(preview).map(({ urn }) => urn));
  const created = new Map(
    preview.steps.filter(({ op }) => op === "create").map((step) => [step.urn, step]),
  );
  const targets = new Set<string>();
  for (const step of preview.steps) {
    const isChange = step.op !== "same" && !risky.has(step.urn);
    if (!isChange || !step.provider?.includes(provider)) continue;
    targets.add(step.urn);
    let parent = created.get(step.newState?.parent ?? "");
    for (; parent; parent = created.get(parent.newState?.parent ?? "")) targets.add(parent.urn);
  }
  return [...targets];
}
