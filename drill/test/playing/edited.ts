/** Outages of the program with edited resources, or with a mutation, and what is told of them. */
import type { Resource } from "../../description/lookup";
import { checkOutage, createPlatform } from "../../drill";
import type { Mutation } from "../../mutation";
import { mutations } from "../../mutations";
import { type ResourceEdit, editedBy } from "../../mutations/edits";
import { textReport } from "../../report/text";
import { type Summary, summarize } from "../../report/summary";
import { beginningOf } from "../../scenario/arming";
import { nothing, regionLost } from "../../scenario/faults";
import { playOutage } from "../../scenario/outage";
import type { Platform } from "../../scenario/platform";
import type { Beginning } from "../../world/world";

export interface Request {
  seed: string;
  fault?: "region" | "none";
  /** Home comes back with a health handler that knows no takeover, and Route 53 refuses changes. */
  staleHome?: boolean;
  lagMs?: number;
  /** A mutation by its name. */
  mutation?: string;
  /** Edits of the captured program, made once the platform is armed. */
  edits?: readonly ResourceEdit[];
  healMs?: number;
  /** From the deployment on, as `npm start` plays, instead of from an armed platform. */
  fromDeployment?: boolean;
}

export interface Answer extends Summary {
  text: string;
}

const platforms = new Map<string, Promise<Platform>>();

export function platformOf(
  resources: readonly Resource[],
  request: Pick<Request, "mutation" | "edits">,
): Promise<Platform> {
  const { mutation: name, edits = [] } = request;
  const key = JSON.stringify([name, edits]);
  let platform = platforms.get(key);
  if (platform === undefined) {
    const mutation: Mutation | undefined = name === undefined ? undefined : mutations.get(name);
    if (name !== undefined && mutation === undefined) throw new Error(`no mutation ${name}`);
    platform = createPlatform(editedBy(edits, resources), mutation);
    platforms.set(key, platform);
  }
  return platform;
}

/** An edit comes later than the arming: what is stored is what the unedited program stored. */
async function beginning(resources: readonly Resource[], request: Request): Promise<Beginning> {
  return beginningOf(await platformOf(resources, { ...request, edits: [] }), "armed");
}

export async function playRequest(
  resources: readonly Resource[],
  request: Request,
): Promise<Answer> {
  const platform = await platformOf(resources, request);
  const { homeRegion } = platform.program;
  const isStale = request.staleHome === true;
  const outage = await playOutage(platform, {
    seed: request.seed,
    lagMs: request.lagMs,
    healMs: request.healMs,
    playsCanaries: request.fromDeployment === true,
    beginning: request.fromDeployment === true ? undefined : await beginning(resources, request),
    fault:
      request.fault === "none"
        ? nothing
        : regionLost(homeRegion, { hasStaleHealth: isStale, route53StaysDown: isStale }),
  });
  const broken = checkOutage(outage);
  return { ...summarize(outage, broken), text: textReport(outage, broken) };
}
