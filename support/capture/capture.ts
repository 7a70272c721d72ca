import * as path from "node:path";
import type * as Pulumi from "@pulumi/pulumi";
import type * as Grpc from "@pulumi/pulumi/proto/resource_pb";
import { aliasesOf } from "./aliases";
import { textsIn } from "./archives";
import { unwrapSecrets } from "./secrets";
import { type Properties, answerInvoke, computeState } from "./state";

/** A resource as the program registered it, and as AWS would have made it. */
export interface CapturedResource {
  urn: string;
  type: string;
  /** The logical name. */
  name: string;
  /** Empty for components, and for everything in a preview. */
  id: string;
  /** False for components. */
  custom: boolean;
  /** Region of its provider. */
  region?: string;
  /** URN of its provider. */
  provider?: string;
  parent?: string;
  inputs: Properties;
  /** Inputs and what AWS computes; in a preview the inputs alone. */
  state: Properties;
  /** URNs of everything it waits for. */
  dependencies: string[];
  /** URNs each input depends on. */
  propertyDependencies: Record<string, string[]>;
  ignoreChanges: string[];
  protect: boolean;
  retainOnDelete: boolean;
  deleteTimeout: string | undefined;
  /** URNs that the resource had before: the engine takes it for the same one. */
  aliases: string[];
  deleteBeforeReplace: boolean;
  /** Paths of inputs that are secret, as `masterPassword`. */
  secretInputs: string[];
  /** Whether the component called `registerOutputs`, which tells the engine that it is complete. */
  hasRegisteredOutputs: boolean;
  /** A function's code by file name; absent without `bundle`. */
  code?: Record<string, string>;
}

export interface CapturedProgram {
  resources: CapturedResource[];
  outputs: Record<string, unknown>;
}

export interface CaptureOptions {
  /** Configuration of the project, without its name as prefix. */
  config?: Record<string, string>;
  /** As `pulumi preview` runs it: nothing computed is known. */
  preview?: boolean;
  /** Bundle the handlers for real, as `pulumi up` does; the rest of the program does not need it. */
  bundle?: boolean;
}

/** Must be the name in Pulumi.yaml: configuration is found by it. */
const PROJECT = "trading-platform";
const STACK = "drill";
const projectDir = path.join(__dirname, "..", "..");

type PulumiModule = typeof Pulumi;

function providerUrn(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}

/** Collects what the program registers while it runs. */
class Recorder {
  private readonly captured: Omit<CapturedResource, "hasRegisteredOutputs">[] = [];
  private readonly regions = new Map<string, string>();
  /** URNs of the components that registered their outputs. */
  private readonly withOutputs = new Set<string>();
  private readonly half = new Map<string, Partial<CapturedResource>>();
  private readonly archives = new Map<string, Pulumi.asset.AssetArchive>();

  constructor(
    private readonly pulumi: PulumiModule,
    private readonly preview: boolean,
  ) {}

  /** Everything that was registered, in the order of URNs: the order of registration varies. */
  get resources(): CapturedResource[] {
    return this.captured
      .map((each) => ({ ...each, hasRegisteredOutputs: this.withOutputs.has(each.urn) }))
      .sort((a, b) => (a.urn < b.urn ? -1 : 1));
  }

  /** The same, with the code of functions. */
  async resourcesWithCode(): Promise<CapturedResource[]> {
    return Promise.all(
      this.resources.map(async (each) => {
        const archive = this.archives.get(`${each.type}::${each.name}`);
        return archive === undefined ? each : { ...each, code: await textsIn(archive) };
      }),
    );
  }

  get mocks(): Pulumi.runtime.Mocks {
    return {
      call: ({ token, inputs, provider }) =>
        answerInvoke(token, inputs as Properties, this.regionOf(provider) ?? ""),
      newResource: (args) => this.make(args),
    };
  }

  private regionOf(provider: string | undefined): string | undefined {
    return provider ? this.regions.get(providerUrn(provider)) : undefined;
  }

  private make(args: Pulumi.runtime.MockResourceArgs): { id: string; state: Properties } {
    const { type, name } = args;
    const key = `${type}::${name}`;
    if (this.half.has(key)) throw new Error(`capture: two ${type} are called ${name}`);
    const { code } = args.inputs as { code?: unknown };
    if (this.pulumi.asset.AssetArchive.isInstance(code))
      this.archives.set(key, code as Pulumi.asset.AssetArchive);
    const secretInputs: string[] = [];
    const inputs = unwrapSecrets(args.inputs, "", secretInputs) as Properties;
    const custom = args.custom !== false && type !== "pulumi:pulumi:Stack";
    const region = type.startsWith("pulumi:providers:")
      ? (inputs.region as string)
      : this.regionOf(args.provider);
    const known = custom && !this.preview;
    const { id, state } = known
      ? computeState({ name, type, inputs, region: region ?? "" })
      : { id: "", state: inputs };
    this.half.set(key, { type, name, id, custom, region, inputs, state, secretInputs });
    if (type === "random:index/randomPassword:RandomPassword" && "result" in state) {
      return { id, state: { ...state, result: this.pulumi.secret(state.result) } };
    }
    return { id, state };
  }

  /** Adds what mocks are not told: options, parents and dependencies. */
  listen(): void {
    const monitor = this.pulumi.runtime.getMonitor() as unknown as {
      registerResource(
        request: Grpc.RegisterResourceRequest,
        done: (error: unknown, response: Grpc.RegisterResourceResponse) => void,
      ): unknown;
      registerResourceOutputs(
        request: Grpc.RegisterResourceOutputsRequest,
        done: (error: unknown, response: unknown) => void,
      ): unknown;
    };
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, done) => {
      this.withOutputs.add(request.getUrn());
      return registerOutputs(request, done);
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, done) =>
      register(request, (error, response) => {
        if (!error) this.complete(request, response.getUrn());
        done(error, response);
      });
  }

  private complete(request: Grpc.RegisterResourceRequest, urn: string): void {
    const half = this.half.get(`${request.getType()}::${request.getName()}`);
    const provider = request.getProvider();
    const propertyDependencies: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((dependencies, property) => {
      const urns = dependencies.getUrnsList();
      if (urns.length > 0) propertyDependencies[property] = urns;
    });
    const resource = {
      ...half,
      urn,
      ...(provider && { provider: providerUrn(provider) }),
      ...(request.getParent() && { parent: request.getParent() }),
      dependencies: request.getDependenciesList(),
      propertyDependencies,
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      deleteTimeout: request.getCustomtimeouts()?.getDelete(),
      aliases: aliasesOf(request, urn),
      deleteBeforeReplace: request.getDeletebeforereplace(),
    } as Omit<CapturedResource, "hasRegisteredOutputs">;
    if (resource.type.startsWith("pulumi:providers:")) {
      this.regions.set(urn, resource.region ?? "");
    }
    this.captured.push(resource);
  }
}

/**
 * Pulumi loads these to turn closures into functions, which no program here does; without them it
 * loads in half the time.
 */
const unusedByProgram = ["@npmcli/arborist", "typescript"];
const unusedModule = { version: "5.0.0" };

/** Makes the next load a fresh one: resources are made while modules load. */
function forgetProgram(): void {
  if (typeof jest !== "undefined") {
    for (const name of unusedByProgram) jest.doMock(name, () => unusedModule, { virtual: true });
    // Jest forgets all modules or none; the installed ones are handed over to the next load.
    for (const file of Object.keys(require.cache)) {
      if (!file.includes(`${path.sep}node_modules${path.sep}`)) continue;
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded already
      const installed: unknown = require(file);
      jest.doMock(file, () => installed);
    }
    jest.resetModules();
    return;
  }
  const pulumiDir = path.dirname(require.resolve("@pulumi/pulumi"));
  for (const name of unusedByProgram) {
    const file = require.resolve(name, { paths: [pulumiDir] });
    const stub = { id: file, filename: file, loaded: true, exports: unusedModule };
    require.cache[file] ??= stub as unknown as NodeJS.Module;
  }
  for (const file of Object.keys(require.cache)) {
    const relative = path.relative(projectDir, file);
    if (relative === "index.ts" || relative.startsWith(`lib${path.sep}`)) {
      delete require.cache[file];
    }
  }
}

/** Runs `work` without stack traces: Pulumi takes one per promise and resource. */
async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const before = {
    stackTraceLimit: Error.stackTraceLimit,
    prepareStackTrace: Reflect.get(Error, "prepareStackTrace") as unknown,
  };
  Error.stackTraceLimit = 0;
  // Pulumi raises the limit now and then; at least nothing is formatted then.
  Error.prepareStackTrace = () => "";
  try {
    return await work();
  } finally {
    Object.assign(Error, before);
  }
}

/** Runs `work` and takes back what it hung on the end of the process, which would keep it alive. */
async function withoutExitListeners<T>(work: () => Promise<T>): Promise<T> {
  const events = ["exit", "beforeExit"] as const;
  const before = events.map((event) => process.listeners(event as "exit"));
  try {
    return await work();
  } finally {
    events.forEach((event, index) => {
      for (const listener of process.listeners(event as "exit")) {
        if (!before[index]?.includes(listener)) process.off(event, listener);
      }
    });
  }
}

async function load(options: CaptureOptions): Promise<CapturedProgram> {
  forgetProgram();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the modules were reset
  const pulumi = require("@pulumi/pulumi") as PulumiModule;
  const recorder = new Recorder(pulumi, options.preview ?? false);
  const config = { env: "dev", ...options.config };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`${PROJECT}:${key}`, value])),
  );
  await pulumi.runtime.setMocks(recorder.mocks, PROJECT, STACK, options.preview ?? false);
  recorder.listen();
  // Caught inside, because Pulumi's own promises would report it a second time as unhandled.
  let failure: Error | undefined;
  const outputs = (await pulumi.runtime.runInPulumiStack(() => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loading it is running it
      return Promise.resolve(require("../../index"));
    } catch (error) {
      failure = error as Error;
      return Promise.resolve({});
    }
  })) as Record<string, unknown>;
  await pulumi.runtime.disconnect();
  if (failure) throw failure;
  const resources = options.bundle ? await recorder.resourcesWithCode() : recorder.resources;
  return { resources, outputs: { ...outputs } };
}

/**
 * Loads the real index.ts as Pulumi would and returns everything it registered. Nothing is sent
 * anywhere; what AWS would compute is invented, the same in every run.
 * @throws whatever the program throws, a wrong configuration for example.
 */
export async function captureProgram(options: CaptureOptions = {}): Promise<CapturedProgram> {
  const globals = globalThis as Record<symbol, unknown>;
  const bundler = Symbol.for("trading-platform.bundler");
  if (!options.bundle) globals[bundler] = (stem: string) => `// ${stem}, not bundled`;
  try {
    return await withoutExitListeners(() => withoutStackTraces(() => load(options)));
  } finally {
    delete globals[bundler];
  }
}
