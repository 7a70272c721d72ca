import * as path from "node:path";
import * as esbuild from "esbuild";
import { canaryChecks, stems } from "./shipped";
import { type Handlers, evaluateHandlers } from "./evaluateHandlers";

export type { Handlers } from "./evaluateHandlers";

/** A change of one shipped source file, for a mutation: the text must be there exactly once. */
export interface SourceEdit {
  /** Below the project, as `lambda/control/rules.ts`. */
  file: string;
  from: string;
  to: string;
}

/** Stems by folder; of `health` the factory is `createHealth`. */
const stemsByFolder = {
  handlers: stems,
  canary: canaryChecks.map((check) => `${check}Canary`),
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
 * Bundles the handlers that ship, from their own sources and unchanged. Only the SDK's command
 * classes are doubles: a name and an input. What the SDK does with them is not the drill's subject.
 */
export async function bundleHandlers(edits: readonly SourceEdit[] = []): Promise<string> {
  const imports = Object.entries(stemsByFolder).flatMap(([folder, found]) =>
    found.map((stem) => {
      const factory = `create${stem[0]!.toUpperCase()}${stem.slice(1)}`;
      return `export { ${factory} as ${stem} } from "./lambda/${folder}/${stem}";`;
    }),
  );
  const built = await esbuild.build({
    stdin: { contents: imports.join("\n"), resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    // What fails is thrown.
    logLevel: "silent",
    plugins: [plainCommands, sourceEdits(edits)],
  });
  return built.outputFiles[0]!.text;
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

/** Commands that carry their names: a bundler may rename the classes of the SDK. */
const plainCommands: esbuild.Plugin = {
  name: "plain-commands",
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/(client|lib)-/ }, () => ({
      path: "commands",
      namespace: "plain",
    }));
    build.onLoad({ filter: /.*/, namespace: "plain" }, () => ({
      contents: [
        "class Command { constructor(name, input) { this.name = name; this.input = input; } }",
        ...commands.map(
          (name) => `export function ${name}(input) { return new Command("${name}", input); }`,
        ),
      ].join("\n"),
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
