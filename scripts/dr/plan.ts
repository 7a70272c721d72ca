import type { CapturedResource } from "../../support/capture/capture";
import { DrError } from "./exit";
import type { Tools } from "./tools";

/** Options of commands that look at a configuration; no stack has to be up. */
export const planOptions = {
  set: { value: "KEY=VALUE", multiple: true, about: "A value of the configuration" },
} as const;

/** What `pulumi up` would make. */
export class Plan {
  constructor(
    private readonly resources: readonly CapturedResource[],
    private readonly config: Readonly<Record<string, string>>,
  ) {}

  /** Resources of a type like `lambda/function`, in one region or in all. */
  all(type: string, region?: string): CapturedResource[] {
    const matches = (each: CapturedResource) => each.type.startsWith(`aws:${type}:`);
    const own = this.resources.filter((each) => each.custom && matches(each));
    return region === undefined ? own : own.filter((each) => each.region === region);
  }

  /** Home first: the ledger's table is made there, with a replica in the other region. */
  get regions(): readonly [home: string, standby: string] {
    const { region, inputs } = this.ledger;
    const [replica] = inputs["replicas"] as { regionName: string }[];
    return [region!, replica!.regionName];
  }

  /** The region of the ledger's witness. */
  get witness(): string {
    return (this.ledger.inputs["globalTableWitness"] as { regionName: string }).regionName;
  }

  /** An input of the first resource of a type. */
  input(type: string, name: string): string {
    return String(this.all(type)[0]?.inputs[name]);
  }

  /** Zones that the configuration names. The program has accepted them. */
  zones(key: "homeZones" | "standbyZones"): string[] {
    return JSON.parse(this.config[key] ?? "[]") as string[];
  }

  private get ledger(): CapturedResource {
    return this.all("dynamodb/table").find(({ inputs }) => "globalTableWitness" in inputs)!;
  }
}

/**
 * The plan of a configuration: the stack's, if one is named, and what `--set` says.
 * @throws DrError if the configuration is wrong or cannot be read.
 */
export async function planOf(
  tools: Tools,
  { stack, set }: { stack: string | undefined; set: readonly string[] },
): Promise<Plan> {
  const config = { ...(stack === undefined ? {} : configOf(tools, stack)), ...pairs(set) };
  try {
    return new Plan((await tools.program(config)).resources, config);
  } catch (error) {
    throw new DrError((error as Error).message, "refused");
  }
}

function configOf({ cli }: Tools, stack: string): Record<string, string> {
  try {
    const text = cli.read("pulumi", "config", "--json", "--stack", stack);
    const config = Object.entries(JSON.parse(text) as Record<string, { value?: string }>);
    return Object.fromEntries(
      // Pulumi also lists defaults; the one of `env` is empty.
      config.flatMap(([key, { value }]) =>
        value ? [[key.slice(key.indexOf(":") + 1), value]] : [],
      ),
    );
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new DrError(
      `dr: cannot read the configuration of stack "${stack}" (${reason}); \`pulumi stack init\` ` +
        "makes a stack, or leave --stack out and give what differs from the defaults with --set",
    );
  }
}

function pairs(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((text) => {
      const equals = text.indexOf("=");
      if (equals < 1) throw new DrError(`dr: --set: got "${text}"; allowed is KEY=VALUE`, "usage");
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
