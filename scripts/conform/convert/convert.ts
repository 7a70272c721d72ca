import type { CapturedResource } from "../../../support/capture/capture";
import { apiGateway } from "./apiGateway";
import type { Context, Conversions, Policy, TemplateResource } from "./conversion";
import { database } from "./database";
import { functions } from "./functions";
import { gameDay } from "./gameDay";
import { messaging } from "./messaging";
import { network } from "./network";
import { observability } from "./observability";
import { type Inputs, isObject, text } from "./pascal";
import { storage } from "./storage";

const conversions: Conversions = {
  ...apiGateway,
  ...database,
  ...functions,
  ...gameDay,
  ...messaging,
  ...network,
  ...observability,
  ...storage,
};

/** A resource as findings name it: the same in every capture. */
export function labelOf({ type, name }: CapturedResource): string {
  return `${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
}

/** A request that the program leads to. */
export interface AwsRequest {
  readonly resource: string;
  readonly region: string;
  /** As sqs.CreateQueue. */
  readonly operation: string;
  readonly parameters: Inputs;
}

export interface ConvertedPolicy extends Policy {
  readonly resource: string;
  readonly region: string;
}

/** A resource of a template. */
export interface Part {
  readonly resource: string;
  readonly region: string;
  readonly body: Inputs;
}

/** A captured program as AWS would see it. */
export interface Converted {
  /** By logical id. */
  readonly parts: ReadonlyMap<string, Part>;
  readonly requests: readonly AwsRequest[];
  readonly policies: readonly ConvertedPolicy[];
  /** Resources of types without a conversion. */
  readonly unknown: readonly CapturedResource[];
}

function logicalId(resource: CapturedResource): string {
  const words = `${labelOf(resource)} ${resource.region ?? ""}`.split(/[^A-Za-z0-9]+/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** Objects with the properties of both, lists with the items of both. */
function merged(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  if (!isObject(a) || !isObject(b)) return b ?? a;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(a[key], b[key])]));
}

function contextOf(
  resource: CapturedResource,
  resources: readonly CapturedResource[],
  defaultTags: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Context {
  const region = resource.region ?? "";
  return {
    resource,
    region,
    tags: { ...defaultTags.get(region), ...(resource.inputs["tags"] as Record<string, string>) },
    owner: (type, isOwner) => {
      const found = resources.find(
        (each) => each.region === region && each.type.startsWith(`aws:${type}:`) && isOwner(each),
      );
      if (found) return found;
      throw new Error(`conform: ${labelOf(resource)} belongs to no ${type} of ${region}`);
    },
  };
}

function defaultTagsOf(resources: readonly CapturedResource[]) {
  const providers = resources.filter(({ type }) => type === "pulumi:providers:aws");
  return new Map(
    providers.map(({ inputs, region = "" }) => {
      const { tags } = JSON.parse(text(inputs["defaultTags"], "{}")) as {
        tags?: Record<string, string>;
      };
      return [region, tags ?? {}] as const;
    }),
  );
}

/** Turns every AWS resource of a capture into requests, a part of a template, and policies. */
export function convert(resources: readonly CapturedResource[]): Converted {
  const defaultTags = defaultTagsOf(resources);
  const parts = new Map<string, Part>();
  const requests: AwsRequest[] = [];
  const policies: ConvertedPolicy[] = [];
  const unknown: CapturedResource[] = [];
  const add = (resource: CapturedResource, template: TemplateResource) => {
    const owner = template.partOf ?? resource;
    const id = logicalId(owner);
    const { type, properties, attributes } = template;
    // CloudFormation wants to be told what Pulumi does anyway.
    const policy = owner.retainOnDelete ? "Retain" : "Delete";
    const policies = { DeletionPolicy: policy, UpdateReplacePolicy: policy, ...attributes };
    const body = { Type: type, Properties: properties, ...policies };
    parts.set(id, {
      resource: labelOf(owner),
      region: owner.region ?? "",
      body: merged(parts.get(id)?.body, body) as Inputs,
    });
  };
  for (const resource of resources) {
    const [, type] = /^aws:([^:]+):/.exec(resource.type) ?? [];
    if (type === undefined) continue;
    const conversion = conversions[type]?.(
      resource.inputs,
      contextOf(resource, resources, defaultTags),
    );
    if (conversion === undefined) {
      unknown.push(resource);
      continue;
    }
    const of = { resource: labelOf(resource), region: resource.region ?? "" };
    if (conversion.template) add(resource, conversion.template);
    for (const [operation, parameters] of conversion.requests) {
      requests.push({ ...of, operation, parameters });
    }
    for (const policy of conversion.policies ?? []) policies.push({ ...of, ...policy });
  }
  return { parts, requests, policies, unknown };
}
