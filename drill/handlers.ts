import * as path from "node:path";
import * as esbuild from "esbuild";
import { type Handlers, evaluateHandlers } from "./evaluateHandlers";
import { spreadsLowered, withFastSpreads } from "./spreads";

export type { Handlers } from "./evaluateHandlers";

/** A change of one shipped source file, for a mutation: the text must be there exactly once. */
export interface SourceEdit {
  /** Below the project, as `lambda/control/rules.ts`. */
  file: string;
  from: string;
  to: string;
}

/** The stems in the functions' `handler`, by folder; of `health` the factory is `createHealth`. */
const stems = {
  handlers: [
    "authorizer",
    "dbMigration",
    "failoverOrchestrator",
    "health",
    "orderApi",
    "orderProcessor",
    "sentinel",
    "settlementSweep",
  ],
  canary: ["healthCanary", "orderCanary"],
};

/** Commands of the SDK that handlers send; the world knows what each asks for. */
const commands = [
  "DeleteCommand",
  "DescribeDBClustersCommand",
  "DescribeDBInstancesCommand",
  "DescribeGlobalClustersCommand",
  "DescribeRuleCommand",
  "FailoverGlobalClusterCommand",
  "GetCommand",
  "GetQueueAttributesCommand",
  "InvokeCommand",
  "PublishCommand",
  "PutCommand",
  "PutMetricDataCommand",
  "PutObjectCommand",
  "QueryCommand",
  "SendMessageBatchCommand",
  "SendMessageCommand",
  "SwitchoverGlobalClusterCommand",
  "UpdateCommand",
  "UpdateHealthCheckCommand",
];

const root = path.join(__dirname, "..");

/**
 * The handlers that ship, from their own sources. Only what surrounds them is lighter than on AWS:
 * an SDK command is its name and its input, an abort signal has no event machinery, a hash is made
 * in one call, JSON is not written out. They were more than half of the time a thousand outages
 * take.
 */
export async function bundleHandlers(edits: readonly SourceEdit[] = []): Promise<string> {
  const imports = Object.entries(stems).flatMap(([folder, found]) =>
    found.map((stem) => {
      const factory = `create${stem[0]!.toUpperCase()}${stem.slice(1)}`;
      return `export { ${factory} as ${stem} } from "./lambda/${folder}/${stem}";`;
    }),
  );
  const built = await esbuild.build({
    ...spreadsLowered,
    stdin: { contents: imports.join("\n"), resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    define: {
      AbortController: "LightAbortController",
      JSON: "LightJson",
      "Buffer.byteLength": "lightByteLength",
    },
    // What fails is thrown.
    logLevel: "silent",
    plugins: [plainCommands, plainHashes, sourceEdits(edits)],
  });
  return withFastSpreads(built.outputFiles[0]!.text);
}

const loaded = new Map<string, Promise<Handlers>>();

/** The factories, bundled once for the same edits: what an environment keeps is in its closure. */
export function loadHandlers(edits: readonly SourceEdit[] = []): Promise<Handlers> {
  const key = JSON.stringify(edits);
  let handlers = loaded.get(key);
  if (handlers === undefined) {
    loaded.set(key, (handlers = bundleHandlers(edits).then(evaluateHandlers)));
  }
  return handlers;
}

/**
 * All commands are of one shape: what reads them by the thousand reads one kind of object. The world
 * speaks as the document client does, in errors too: there is nothing to unmarshal.
 */
const plainCommands: esbuild.Plugin = {
  name: "plain-commands",
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\// }, () => ({ path: "commands", namespace: "plain" }));
    build.onLoad({ filter: /.*/, namespace: "plain" }, () => ({
      contents: [
        "class Command { constructor(name, input) { this.name = name; this.input = input; } }",
        ...commands.map(
          (name) => `export function ${name}(input) { return new Command("${name}", input); }`,
        ),
        "export const unmarshall = (item) => item;",
      ].join("\n"),
      loader: "js",
    }));
  },
};

/**
 * `createHash` without its stream: the same hash of the same text. Looks and retries send the same
 * order a few times within seconds: the last hashes are remembered.
 */
const plainHashes: esbuild.Plugin = {
  name: "plain-hashes",
  setup(build) {
    build.onResolve({ filter: /^node:crypto$/ }, ({ namespace }) =>
      namespace === "hashes"
        ? { path: "node:crypto", external: true }
        : { path: "hashes", namespace: "hashes" },
    );
    build.onLoad({ filter: /.*/, namespace: "hashes" }, () => ({
      contents: `
        import { hash } from "node:crypto";
        export * from "node:crypto";
        const last = Array.from({ length: 8 }, () => ({}));
        let next = 0;
        class Hash {
          constructor(algorithm) { this.algorithm = algorithm; this.text = ""; }
          update(text) { this.text += text; return this; }
          digest(encoding) {
            const { algorithm, text } = this;
            for (const known of last) {
              if (known.text === text && known.algorithm === algorithm && known.encoding === encoding)
                return known.digest;
            }
            const digest = hash(algorithm, text, encoding);
            last[next++ % last.length] = { algorithm, encoding, text, digest };
            return digest;
          }
        }
        export const createHash = (algorithm) => new Hash(algorithm);`,
      loader: "js",
    }));
  },
};

function sourceEdits(edits: readonly SourceEdit[]): esbuild.Plugin {
  const left = new Set(edits);
  return {
    name: "source-edits",
    setup(build) {
      build.onLoad({ filter: /\/lambda\/.*\.ts$/ }, async ({ path: file }) => {
        const { readFile } = await import("node:fs/promises");
        let contents = await readFile(file, "utf8");
        for (const edit of edits) {
          if (path.join(root, edit.file) !== file) continue;
          const times = contents.split(edit.from).length - 1;
          if (times !== 1) {
            throw new Error(`mutation: ${edit.file} has ${times} times, not once: ${edit.from}`);
          }
          contents = contents.replace(edit.from, () => edit.to);
          left.delete(edit);
        }
        return { contents, loader: "ts" };
      });
      build.onEnd(() => {
        if (left.size > 0) throw new Error(`mutation: never loaded ${[...left][0]!.file}`);
      });
    },
  };
}
