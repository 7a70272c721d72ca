/**
 * Plays outages of the program with edited resources or with a mutation, and returns what the tests
 * need.
 */
import type { Resource } from "../../description/lookup";
import { describeProgram } from "../../description/program";
import { checkOutage } from "../../drill";
import { mutations } from "../../mutations";
import { type ResourceEdit, editedBy } from "../../mutations/edits";
import { textReport } from "../../report/text";
import { type Summary, summarize } from "../../report/summary";
import { beginningOf } from "../../scenario/arming";
import { nothing, regionLost } from "../../scenario/faults";
import { playOutage } from "../../scenario/outage";
import type { Platform } from "../../scenario/platform";

export interface Request {
  seed: string;
  fault?: "region" | "none";
  /**
   * Home returns with a health handler that does not know of the takeover, and Route 53 rejects
   * changes.
   */
  staleHome?: boolean;
  lagMs?: number;
  /** A mutation by its name. */
  mutation?: string;
  /** Edits of the captured program. They apply once the platform is armed. */
  edits?: readonly ResourceEdit[];
  healMs?: number;
  /** Starts with the deployment, as `npm start` does, instead of with an armed platform. */
  fromDeployment?: boolean;
}

export interface Answer extends Summary {
  text: string;
}

/** A platform with an edited program and the design's handlers. */
function editedPlatform(
  resources: readonly Resource[],
  platform: Platform,
  { edits = [], mutation }: Request,
): Platform {
  if (edits.length === 0) return platform;
  const edited = editedBy(edits, resources);
  const mutated = mutation === undefined ? edited : mutations.get(mutation)?.program?.(edited);
  return { ...platform, program: describeProgram(mutated ?? edited) };
}

/** @param platform of the requested design; it is armed before the edits apply */
export async function playRequest(
  resources: readonly Resource[],
  platform: Platform,
  request: Request,
): Promise<Answer> {
  const { homeRegion } = platform.program;
  const isStale = request.staleHome === true;
  const isDeployed = request.fromDeployment === true;
  const outage = await playOutage(editedPlatform(resources, platform, request), {
    seed: request.seed,
    lagMs: request.lagMs,
    healMs: request.healMs,
    playsCanaries: isDeployed,
    beginning: isDeployed ? undefined : await beginningOf(platform, "armed"),
    fault:
      request.fault === "none"
        ? nothing
        : regionLost(homeRegion, { hasStaleHealth: isStale, route53StaysDown: isStale }),
  });
  const broken = checkOutage(outage);
  return { ...summarize(outage, broken), text: textReport(outage, broken) };
}
