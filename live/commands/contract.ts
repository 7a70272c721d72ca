import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import contract from "../../api/openapi.json";
import { runCommand } from "../../support/cli/command";
import { count, wholeNumber } from "../../support/cli/options";
import { NoPython, pythonWith } from "../../support/cli/python";
import { Gateway } from "../contract/gateway";
import { HOME, Live } from "../harness/live";
import { Books } from "../harness/orders";
import { ownedDirectory, removed } from "../processes";
import { OWN_ISSUER, readOwnKeys, signToken } from "../shipped";

/**
 * `npm run fuzz:contract`: Schemathesis sends generated requests to the shipped bundles, and compares
 * every answer with the contract. The exit code is 1 if an answer breaks it, and 77 without Python.
 */
const contractCommand = {
  line: "npm run fuzz:contract",
  about: "Sends requests made from the contract to the shipped bundles, and checks every answer.",
  options: {
    cases: { value: "N", default: "300", about: "Most requests for each operation and phase" },
    seed: { value: "N", default: "1", about: "The same seed gives the same requests" },
  },
} as const;

const SKIPPED = 77;
const ACCOUNT = "account-1";
const TOKEN_SECONDS = 3_600;
const requirements = path.join(__dirname, "../contract/requirements.txt");
const settings = path.join(__dirname, "../contract/schemathesis.toml");
void runCommand(contractCommand, async (given) => {
  const cases = count("--cases", given.cases, 1_000_000);
  const seed = wholeNumber("--seed", given.seed);
  let python: string;
  try {
    python = await pythonWith(requirements);
  } catch (error) {
    if (!(error instanceof NoPython)) throw error;
    process.stdout.write(`contract: skipped, because ${error.message}\n`);
    return SKIPPED;
  }
  const live = await Live.start();
  const gateway = new Gateway(live, HOME);
  const directory = ownedDirectory();
  try {
    new Books(live).activate(HOME, 1);
    const file = path.join(directory, "openapi.json");
    writeFileSync(file, JSON.stringify(ownersContract()));
    const url = await gateway.listen();
    const code = await schemathesis(python, file, url, await tokenFor(live), cases, seed);
    const answers = [...gateway.answers].sort().map(([answer, n]) => `  ${answer}  ${n}\n`);
    process.stdout.write(`answers:\n${answers.join("")}`);
    return code;
  } finally {
    gateway.stop();
    removed(directory);
    await live.stop();
  }
});

/** The contract for the holder of the token: an order of any other account is refused with 403. */
function ownersContract(): object {
  const document = structuredClone(contract);
  const { accountId } = document.components.schemas.Order.properties;
  Object.assign(accountId, { enum: [ACCOUNT] });
  return document;
}

function tokenFor(live: Live): Promise<string> {
  const { environment } = live.program.function("authorizer", HOME);
  const [key] = readOwnKeys(live.secrets.get(environment["TOKEN_SECRET_ARN"]!));
  return signToken(key!, OWN_ISSUER, ACCOUNT, TOKEN_SECONDS, Date.now());
}

async function schemathesis(
  python: string,
  file: string,
  url: string,
  token: string,
  cases: number,
  seed: string,
): Promise<number> {
  const options = [
    ...["--url", url, "--header", `Authorization: Bearer ${token}`],
    ...["--phases", "examples,coverage,fuzzing"],
    ...["--max-examples", String(cases), "--seed", seed, "--continue-on-failure"],
    ...["--warnings", "off", "--suppress-health-check", "all"],
  ];
  const run = ["-m", "schemathesis.cli", "--config-file", settings, "run", file, ...options];
  // It writes what it has found into the current folder.
  const cwd = path.dirname(file);
  const child = spawn(python, run, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0 ? 0 : 1;
}
