import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { CapturedProgram, CapturedResource } from "../../support/capture/capture";
import { captureInChild } from "../../support/capture/captureInChild";
import type { IndexDescription } from "../../support/dynamodb/secondaryIndex";

/** A function as the program deploys it. */
export interface DeployedFunction {
  /** Name of its bundle, as `orderApi`. */
  stem: string;
  /** Its physical name, as `dev-order-api-use1`. */
  name: string;
  region: string;
  memoryMb: number;
  timeoutSeconds: number;
  environment: Readonly<Record<string, string>>;
  /** File with its bundle. */
  bundle: string;
}

export interface DeployedTable {
  name: string;
  hashKey: string;
  rangeKey: string | undefined;
  indexes: readonly IndexDescription[];
}

/** What the program deploys, as far as the harness runs it. */
export class Deployed {
  constructor(
    private readonly resources: readonly CapturedResource[],
    private readonly directory: string,
  ) {}

  function(stem: string, region: string): DeployedFunction {
    const found = this.inputsOf("aws:lambda/function:Function").find(
      ({ resource, inputs }) => resource.region === region && inputs.handler === `${stem}.handler`,
    );
    if (found === undefined) throw new Error(`live: the program has no ${stem} in ${region}`);
    const { name, memorySize, timeout, environment } = found.inputs as {
      name: string;
      memorySize: number;
      timeout: number;
      environment: { variables: Record<string, string> };
    };
    return {
      stem,
      name,
      region,
      memoryMb: memorySize,
      timeoutSeconds: timeout,
      environment: environment.variables,
      bundle: this.unpack(found.resource),
    };
  }

  /** Name of the bundle of a function, by its physical name. */
  stemOf(functionName: string): string {
    const functions = this.inputsOf("aws:lambda/function:Function");
    const found = functions.find(({ inputs }) => inputs.name === functionName);
    return String(found?.inputs.handler).replace(/\.handler$/, "");
  }

  /** Texts of the secrets by ARN. */
  get secrets(): [arn: string, text: string][] {
    return this.inputsOf("aws:secretsmanager/secretVersion:SecretVersion").map(({ inputs }) => [
      String(inputs.secretId),
      String(inputs.secretString),
    ]);
  }

  get tables(): DeployedTable[] {
    return this.inputsOf("aws:dynamodb/table:Table").map(({ inputs }) => tableOf(inputs));
  }

  /** Resources of a type with their inputs. */
  inputsOf(type: string): { resource: CapturedResource; inputs: Record<string, unknown> }[] {
    return this.resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({ resource, inputs: resource.inputs }));
  }

  /** Writes a function's code to files. */
  private unpack({ code = {}, region = "" }: CapturedResource): string {
    const [[name, text] = ["", ""]] = Object.entries(code);
    const directory = path.join(this.directory, region);
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  }
}

interface KeySchema {
  attributeName: string;
  keyType: "HASH" | "RANGE";
}

interface IndexInputs {
  name: string;
  keySchemas: readonly KeySchema[];
  projectionType: string;
  nonKeyAttributes?: readonly string[];
}

function tableOf(inputs: Record<string, unknown>): DeployedTable {
  const { name, hashKey, rangeKey } = inputs as Record<string, string | undefined>;
  const indexes = (inputs.globalSecondaryIndexes ?? []) as readonly IndexInputs[];
  const ownKeys = [hashKey!, ...(rangeKey === undefined ? [] : [rangeKey])];
  return { name: name!, hashKey: hashKey!, rangeKey, indexes: indexes.map(indexOf(ownKeys)) };
}

const indexOf =
  (tableKeys: readonly string[]) =>
  ({ name, keySchemas, projectionType, nonKeyAttributes = [] }: IndexInputs): IndexDescription => {
    const keyOf = (type: string) => keySchemas.find(({ keyType }) => keyType === type);
    const keys = [...tableKeys, ...keySchemas.map(({ attributeName }) => attributeName)];
    return {
      name,
      hashKey: keyOf("HASH")!.attributeName,
      rangeKey: keyOf("RANGE")?.attributeName,
      projected:
        projectionType === "ALL"
          ? undefined
          : new Set([...keys, ...(projectionType === "INCLUDE" ? nonKeyAttributes : [])]),
    };
  };

let captured: Promise<string> | undefined;

/** The program with its functions' bundles; captured once per process. */
export async function deployed(directory: string): Promise<Deployed> {
  captured ??= captureInChild({ bundle: true });
  const program = JSON.parse(await captured) as CapturedProgram;
  return new Deployed(program.resources, directory);
}
