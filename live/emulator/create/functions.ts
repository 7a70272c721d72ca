import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { type Declared, listOf, textOf } from "../program";
import { zipOf } from "../zip";
import type { Stage } from "./stage";

/**
 * The most sandboxes of a function that answers or settles. The emulator starts a process of its own for
 * each, in a third of a second of a whole CPU: with more of them, a busy machine does nothing else.
 */
const CONCURRENCY_MAX = 3;
/** Of one queue: SQS takes no fewer. */
const POLLERS_MAX = 2;
/** Functions with loops need as many as were declared: an invocation lasts longer than its interval. */
const loops = /failover-orchestrator|sentinel/;

type Variables = Readonly<Record<string, string>>;

/**
 * Creates the functions with the bundles that would be deployed.
 * @param environmentOf the variables of a function, with addresses of this machine
 */
export async function createFunctions(
  { declarations, clients }: Stage,
  environmentOf: (declared: Declared) => Variables,
): Promise<void> {
  for (const declared of declarations.all("lambda/function:Function")) {
    const { lambda } = clients(declared.region);
    const FunctionName = textOf(declared, "name");
    const [[file, text] = ["", ""]] = Object.entries(declared.code);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: textOf(declared, "runtime") as "nodejs22.x",
        Role: textOf(declared, "role"),
        Handler: textOf(declared, "handler"),
        Architectures: listOf<"arm64">(declared, "architectures"),
        Code: { ZipFile: zipOf(file, text) },
        MemorySize: Number(declared.inputs["memorySize"]),
        Timeout: Number(declared.inputs["timeout"]),
        Environment: { Variables: environmentOf(declared) },
      }),
    );
    const reserved = declared.inputs["reservedConcurrentExecutions"] as number | undefined;
    if (reserved !== undefined && reserved >= 0) {
      const ReservedConcurrentExecutions = loops.test(FunctionName)
        ? reserved
        : Math.min(reserved, CONCURRENCY_MAX);
      await lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
      );
    }
  }
  const configs = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
  for (const declared of declarations.all(configs)) {
    await clients(declared.region).lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: textOf(declared, "functionName"),
        MaximumRetryAttempts: Number(declared.inputs["maximumRetryAttempts"]),
        MaximumEventAgeInSeconds: Number(declared.inputs["maximumEventAgeInSeconds"]),
      }),
    );
  }
}

export async function permitInvocations({ declarations, clients }: Stage): Promise<void> {
  for (const declared of declarations.all("lambda/permission:Permission")) {
    const { sourceArn, sourceAccount } = declared.inputs as Record<string, string | undefined>;
    await clients(declared.region).lambda.send(
      new AddPermissionCommand({
        FunctionName: textOf(declared, "function"),
        StatementId: declared.id,
        Action: textOf(declared, "action"),
        Principal: textOf(declared, "principal"),
        ...(sourceArn === undefined ? {} : { SourceArn: sourceArn }),
        ...(sourceAccount === undefined ? {} : { SourceAccount: sourceAccount }),
      }),
    );
  }
}

/** Runs the deployment's own invocations: migrations. */
export async function invokeOnce({ declarations, clients }: Stage): Promise<void> {
  for (const declared of declarations.all("lambda/invocation:Invocation")) {
    const FunctionName = textOf(declared, "functionName");
    const Payload = Buffer.from(textOf(declared, "input"));
    const answer = await clients(declared.region).lambda.send(
      new InvokeCommand({ FunctionName, Payload }),
    );
    if (answer.FunctionError === undefined) continue;
    throw new Error(`live: ${FunctionName}: ${Buffer.from(answer.Payload ?? []).toString()}`);
  }
}

/** Connects queues with their functions, which then poll. */
export async function mapEventSources({ declarations, clients }: Stage): Promise<void> {
  for (const declared of declarations.all("lambda/eventSourceMapping:EventSourceMapping")) {
    const { maximumConcurrency } = (declared.inputs["scalingConfig"] ?? {}) as Record<
      string,
      number
    >;
    await clients(declared.region).lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: textOf(declared, "functionName"),
        EventSourceArn: textOf(declared, "eventSourceArn"),
        BatchSize: Number(declared.inputs["batchSize"]),
        FunctionResponseTypes: listOf<"ReportBatchItemFailures">(declared, "functionResponseTypes"),
        ...(maximumConcurrency === undefined
          ? {}
          : { ScalingConfig: { MaximumConcurrency: Math.min(maximumConcurrency, POLLERS_MAX) } }),
      }),
    );
  }
}
