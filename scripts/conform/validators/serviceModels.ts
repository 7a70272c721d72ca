/**
 * Requests against the service models that AWS publishes with its SDKs. botocore has them with
 * patterns, enums and ranges, which no SDK enforces.
 */
import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import type { AwsRequest } from "../convert/convert";
import { isObject } from "../convert/pascal";
import type { Report } from "../findings";
import { compilePattern } from "./pattern";

interface Reference {
  readonly shape: string;
  readonly deprecated?: boolean;
  /** The SDK fills it in. */
  readonly idempotencyToken?: boolean;
}

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

interface Model {
  readonly operations: Readonly<
    Record<string, { readonly input?: Reference; readonly deprecated?: boolean }>
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  structure: isObject,
  map: isObject,
  list: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  long: Number.isInteger,
  float: (value) => typeof value === "number",
  double: (value) => typeof value === "number",
  blob: (value) => typeof value === "string",
};

/** Reads the newest model of a service from botocore's data. */
function readModel(directory: string, service: string): Model {
  const versions = readdirSync(path.join(directory, service)).sort();
  const file = path.join(directory, service, versions.at(-1) ?? "", "service-2.json.gz");
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Model;
}

export class ServiceModels {
  private readonly models = new Map<string, Model>();

  /** @param directory botocore's folder `data` */
  constructor(private readonly directory: string) {}

  check(requests: readonly AwsRequest[], report: Report): void {
    for (const request of requests) {
      const [service = "", name = ""] = request.operation.split(".");
      const model = this.models.get(service) ?? readModel(this.directory, service);
      this.models.set(service, model);
      const operation = model.operations[name];
      report.check(
        "operation",
        request.resource,
        operation !== undefined,
        `no ${request.operation}`,
      );
      if (!operation?.input) continue;
      const isDeprecated = operation.deprecated === true;
      report.check("deprecated", request.resource, !isDeprecated, request.operation);
      new Walk(model, request, report).value(operation.input, request.parameters, "");
    }
  }
}

/** Compares one request with the shapes of its service. */
class Walk {
  constructor(
    private readonly model: Model,
    private readonly request: AwsRequest,
    private readonly report: Report,
  ) {}

  value(reference: Reference, value: unknown, at: string): void {
    const shape = this.model.shapes[reference.shape]!;
    const hasType = types[shape.type];
    if (hasType === undefined) throw new Error(`conform: botocore has a new type, ${shape.type}`);
    this.check("type", hasType(value), at, `is ${JSON.stringify(value)}, must be ${shape.type}`);
    if (!hasType(value)) return;
    if (shape.type === "structure") this.structure(shape, value as Record<string, unknown>, at);
    else if (shape.type === "map") this.map(shape, value as Record<string, unknown>, at);
    else if (shape.type === "list") this.list(shape, value as unknown[], at);
    else if (typeof value === "number") this.range(shape, value, "value", at);
    else if (shape.type === "string") this.text(shape, value as string, at);
  }

  private structure(shape: Shape, value: Record<string, unknown>, at: string): void {
    for (const name of shape.required ?? []) {
      if (shape.members?.[name]?.idempotencyToken) continue;
      this.check("required", name in value, at, `lacks ${name}`);
    }
    for (const [name, item] of Object.entries(value)) {
      const member = shape.members?.[name];
      this.check("member", member !== undefined, `${at}.${name}`, "is unknown");
      if (member === undefined) continue;
      this.check("deprecated", member.deprecated !== true, `${at}.${name}`, "is deprecated");
      this.value(member, item, `${at}.${name}`);
    }
  }

  private map(shape: Shape, value: Record<string, unknown>, at: string): void {
    this.range(shape, Object.keys(value).length, "number of entries", at);
    for (const [key, item] of Object.entries(value)) {
      this.value(shape.key!, key, `${at}.${key}`);
      this.value(shape.value!, item, `${at}.${key}`);
    }
  }

  private list(shape: Shape, value: readonly unknown[], at: string): void {
    this.range(shape, value.length, "number of items", at);
    for (const item of value) this.value(shape.member!, item, `${at}[]`);
  }

  private text(shape: Shape, value: string, at: string): void {
    this.range(shape, value.length, "length", at);
    const shown = JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
    if (shape.enum) {
      const allowed = shape.enum.slice(0, 20).join(", ");
      this.check("enum", shape.enum.includes(value), at, `is ${shown}, must be of ${allowed}`);
    }
    if (shape.pattern) {
      const pattern = compilePattern(shape.pattern);
      this.check("unreadable pattern", pattern !== undefined, at, shape.pattern);
      if (!pattern) return;
      this.check("pattern", pattern.test(value), at, `is ${shown}, must match ${shape.pattern}`);
    }
  }

  private range({ min, max }: Shape, value: number, what: string, at: string): void {
    if (min !== undefined) {
      this.check("minimum", value >= min, at, `has a ${what} of ${value}, below ${min}`);
    }
    if (max !== undefined) {
      this.check("maximum", value <= max, at, `has a ${what} of ${value}, above ${max}`);
    }
  }

  private check(rule: string, holds: boolean, at: string, message: string): void {
    const { operation, resource } = this.request;
    this.report.check(rule, resource, holds, holds ? "" : `${operation}${at} ${message}`);
  }
}
