import * as path from "node:path";
import type { Declared } from "../emulator/program";

/** Addresses of this machine that take the place of AWS's. */
export interface Addresses {
  /** The proxy of a region. */
  proxy: (region: string) => string;
  databasePort: (region: string) => number;
  /** File with the certificate of the databases. */
  certificate: string;
  /** Port that takes the functions' log lines. */
  logPort: number;
  account: string;
  /** Folder for compiled code. */
  compileCache: string;
  renamed: ReadonlyMap<string, string>;
}

const logTap = path.join(__dirname, "logTap.cjs");

/**
 * A function's variables with addresses of this machine, and those that let its process report here.
 * @throws Error if an address of AWS is left: the function would call AWS itself.
 */
export function environmentOf(
  { region, inputs }: Pick<Declared, "region" | "inputs">,
  addresses: Addresses,
): Record<string, string> {
  const { variables } = inputs["environment"] as { variables: Record<string, string> };
  const own = Object.entries(variables).map(
    ([name, value]) => [name, addressed(name, value, addresses)] as const,
  );
  const environment = {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: addresses.proxy(region),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    PGPORT: String(addresses.databasePort(region)),
    NODE_EXTRA_CA_CERTS: addresses.certificate,
    NODE_OPTIONS: `--no-deprecation --require ${logTap}`,
    // Node 22 and later load what was compiled before in half the time.
    NODE_COMPILE_CACHE: addresses.compileCache,
    LIVE_LOG_PORT: String(addresses.logPort),
  };
  const left = Object.entries(environment).find(([, value]) => value.includes("amazonaws.com"));
  if (left === undefined) return environment;
  throw new Error(`live: ${left[0]} of a function still leads to AWS: ${left[1]}`);
}

function addressed(name: string, value: string, { proxy, account, renamed }: Addresses): string {
  const queue = /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com\/\d+\/(.+)$/.exec(value);
  // The SDK prefers the host of a queue's URL to its endpoint.
  if (queue !== null) return `${proxy(queue[1]!)}/${account}/${queue[2]}`;
  const api = /^https:\/\/(\w+)\.execute-api\.([\w-]+)\.amazonaws\.com\/(\w+)$/.exec(value);
  if (api !== null) return apiUrl(proxy(api[2]!), api[1]!, api[3]!);
  if (/^DATABASE_(READER_)?ENDPOINT$/.test(name)) return "127.0.0.1";
  return renamed.get(value) ?? value;
}

/** Any value of the program's outputs, with addresses of this machine. */
export function onThisMachine(value: unknown, addresses: Addresses): unknown {
  if (typeof value === "string") return addressed("", value, addresses);
  if (Array.isArray(value)) return value.map((each) => onThisMachine(each, addresses));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    onThisMachine(each, addresses),
  ]);
  return Object.fromEntries(entries) as object;
}

/** Where the emulator serves a stage of a REST API. */
export function apiUrl(proxy: string, api: string, stage: string): string {
  return `${proxy}/restapis/${api}/${stage}/_user_request_`;
}
