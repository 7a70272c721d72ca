import type { CapturedResource } from "../../../support/capture/capture";
import type { Inputs } from "./pascal";

/** What a resource is in CloudFormation. */
export interface TemplateResource {
  /** As AWS::SQS::Queue. */
  readonly type: string;
  readonly properties: Inputs;
  /** The resource that it is a part of in CloudFormation, where Pulumi has two. */
  readonly partOf?: CapturedResource;
  /** Attributes beside the properties, as DeletionPolicy. */
  readonly attributes?: Inputs;
}

export type PolicyKind = "identity" | "trust" | "resource";

export interface Policy {
  readonly kind: PolicyKind;
  readonly document: string;
}

/** What a captured resource is to AWS. */
export interface Conversion {
  /** Absent where CloudFormation has no such resource. */
  readonly template?: TemplateResource;
  /** The requests that make it: service and operation, and the parameters. */
  readonly requests: readonly (readonly [operation: string, parameters: Inputs])[];
  readonly policies?: readonly Policy[];
}

/** What a conversion may need besides the resource's inputs. */
export interface Context {
  readonly resource: CapturedResource;
  readonly region: string;
  /** The provider's default tags and the resource's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** The resource of a type, as `s3/bucket`, in this region, that the predicate accepts. */
  owner(type: string, isOwner: (candidate: CapturedResource) => boolean): CapturedResource;
}

export type Convert = (inputs: Inputs, context: Context) => Conversion;

/** Conversions by type, as `sqs/queue`. */
export type Conversions = Readonly<Record<string, Convert>>;

/** Tags as most services want them. */
export function tagList({ tags }: Context): Inputs[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
}
