import * as path from "node:path";
import * as esbuild from "esbuild";
import { canaryChecks, stems } from "./shipped";
import { type Handlers, evaluateHandlers } from "./evaluateHandlers";

export type { Handlers } from "./evaluateHandlers";

/** A mutation's edit of one shipped source file. The text must occur exactly once. */
export interface SourceEdit {
  /** Path from the project's root, such as `lambda/control/rules.ts`. */
  file: string;
  from: string;
  to: string;
}

/** File names without extension, by folder. The factory in `health` is `createHealth`. */
const stemsByFolder = {
  handlers: stems,
  canary: canaryChecks.map((check) => `${check}Canary`),
};

/** SDK commands that the handlers send. The simulated services know each by name. */
const commands = [
  "DeleteCommand",
  "DescribeDBClustersCommand",
  "DescribeDBInstancesCommand",
  "DescribeGlobalClustersCommand",
  "DescribeRuleCommand",
  "FailoverGlobalClusterCommand",
  "BatchExecuteStatementCommand",
  "BatchGetCommand",
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

const AS_ENTRY = 'import { asEntry } from "./drill/bundled/asEntry";';

/**
 * Bundles the shipped handlers from their unchanged sources. Two libraries have doubles: the SDK's
 * command classes, because what the SDK does with a command is outside the drill, and jose, because
 * signatures do not fit into virtual time.
 */
export async function bundleHandlers(edits: readonly SourceEdit[] = []): Promise<string> {
  const imports = Object.entries(stemsByFolder).flatMap(([folder, found]) =>
    found.map((stem) => {
      const factory = `create${stem[0]!.toUpperCase()}${stem.slice(1)}`;
      return (
        `import { ${factory} } from "./lambda/${folder}/${stem}";` +
        `export const ${stem} = asEntry(${factory});`
      );
    }),
  );
  const built = await esbuild.build({
    stdin: { contents: [AS_ENTRY, ...imports].join("\n"), resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    // Errors are thrown instead of logged.
    logLevel: "silent",
    plugins: [plainCommands, plainJose, sourceEdits(edits)],
  });
  return built.outputFiles[0]!.text;
}

const loaded = new Map<string, Promise<Handlers>>();

/**
 * The factories, bundled once per set of edits. Each call of a factory creates a new execution
 * environment.
 */
export function loadHandlers(edits: readonly SourceEdit[] = []): Promise<Handlers> {
  const key = JSON.stringify(edits);
  let handlers = loaded.get(key);
  if (handlers === undefined) {
    loaded.set(key, (handlers = bundleHandlers(edits).then(evaluateHandlers)));
  }
  return handlers;
}

/**
 * Replaces SDK commands by classes that carry their names, because a bundler may rename classes.
 */
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

const plainJose: esbuild.Plugin = {
  name: "plain-jose",
  setup(build) {
    const double = path.join(__dirname, "bundled", "plainJose.ts");
    build.onResolve({ filter: /^jose$/ }, ({ importer }) =>
      importer === double ? undefined : { path: double },
    );
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
