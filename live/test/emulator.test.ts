import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { crc32 } from "node:zlib";
import { OptionError } from "../../support/cli/options";
import { EmulatorEnded, useEmulator } from "../emulator/emulator";
import { capitalized } from "../emulator/program";
import { zipOf } from "../emulator/zip";
import { apiUrl, environmentOf } from "../region/environment";
import { metricsIn } from "../region/metrics";

const addresses = {
  proxy: (region: string) => `http://127.0.0.1:${region === "us-east-1" ? 1 : 2}`,
  databasePort: () => 5433,
  certificate: "/tmp/server.crt",
  logPort: 9,
  account: "123456789012",
  compileCache: "/tmp/compiled",
  renamed: new Map([["arn:captured", "arn:emulator"]]),
};
const environmentWith = (variables: Record<string, string>) =>
  environmentOf({ region: "us-east-1", inputs: { environment: { variables } } }, addresses);

describe("a function's environment", () => {
  test("leads to this machine: queues and APIs of their own region, the database, secrets", () => {
    expect(
      environmentWith({
        QUEUE_URL: "https://sqs.us-east-2.amazonaws.com/123456789012/dev-orders-use2",
        HOME_API_URL: "https://ab52.execute-api.us-east-1.amazonaws.com/v1",
        DATABASE_READER_ENDPOINT: "dev.cluster-ro-1.us-east-1.rds.amazonaws.com",
        TOKEN_SECRET_ARN: "arn:captured",
        ENVIRONMENT: "dev",
      }),
    ).toMatchObject({
      QUEUE_URL: "http://127.0.0.1:2/123456789012/dev-orders-use2",
      HOME_API_URL: "http://127.0.0.1:1/restapis/ab52/v1/_user_request_",
      DATABASE_READER_ENDPOINT: "127.0.0.1",
      TOKEN_SECRET_ARN: "arn:emulator",
      ENVIRONMENT: "dev",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      PGPORT: "5433",
    });
  });

  test("is refused with an address of AWS that nobody replaced", () => {
    const variables = { NEW_URL: "https://events.us-east-1.amazonaws.com" };
    expect(() => environmentWith(variables)).toThrow("NEW_URL of a function still leads to AWS");
  });
});

test("a zip file holds its file as it is", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "zip-"));
  const text = "export const handler = () => 'ä';\n";
  try {
    const file = path.join(directory, "code.zip");
    writeFileSync(file, zipOf("orderApi.mjs", text));
    const read =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.testzip(); print(z.read(z.namelist()[0]).decode(), end='')";
    expect(zipOf("a", text).readUInt32LE(14)).toBe(crc32(Buffer.from(text)));
    let unpacked = text;
    try {
      unpacked = execFileSync("python3", ["-c", read, file], { encoding: "utf8" });
    } catch (error) {
      // Without Python the sum alone is checked.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    expect(unpacked).toBe(text);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("names of inputs become those of AWS's API, at any depth", () => {
  expect(capitalized({ rules: [{ id: "a", filter: { prefix: "p" } }] })).toEqual({
    Rules: [{ Id: "a", Filter: { Prefix: "p" } }],
  });
});

test("metrics are read from a call of PutMetricData, with their times", () => {
  const body = Buffer.from(
    '{"Namespace":"N","MetricData":[{"MetricName":"M","Timestamp":1.5,"Value":0}]}',
  );
  const passing = {
    from: "a",
    to: "a",
    service: "monitoring",
    operation: "",
    method: "POST",
    path: "/",
    body,
  };
  expect(metricsIn(passing)).toEqual({
    Namespace: "N",
    MetricData: [{ MetricName: "M", Timestamp: new Date(1500), Value: 0 }],
  });
  expect(metricsIn({ ...passing, service: "dynamodb" })).toBeUndefined();
  expect(metricsIn({ ...passing, body: Buffer.from("{}") })).toBeUndefined();
});

test("an API's stage has an address at the emulator", () => {
  expect(apiUrl("http://127.0.0.1:1", "ab", "v1")).toBe(
    "http://127.0.0.1:1/restapis/ab/v1/_user_request_",
  );
});

describe("an emulator that runs already", () => {
  const answers: string[] = [];
  const server = createServer((_, response) => response.end(answers.shift()));
  let url: string;

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const identity = "<Account>123456789012</Account>";

  test("is used if it is empty and takes the account from the access key", async () => {
    answers.push(identity, '{"TableNames":[]}');
    expect(await useEmulator(`${url}/`, "123456789012")).toMatchObject({ url });
  });

  test.each([
    ["another server", ["<html></html>"], /where GetCallerIdentity does not answer with account/],
    [
      "one that was used before",
      [identity, '{"TableNames":["dev-ledger"]}'],
      /which has the table dev-ledger; allowed is an empty emulator/,
    ],
  ])("is refused in one line if it is %s", async (_, given, reason) => {
    answers.push(...given);
    const used = useEmulator(url, "123456789012");
    await expect(used).rejects.toThrow(OptionError);
    await expect(used).rejects.toThrow(reason);
  });

  test("is refused in one line if nothing answers", async () => {
    const used = useEmulator("http://127.0.0.1:9", "123456789012");
    await expect(used).rejects.toThrow(/^--emulator: got http:.*, where nothing answers; allowed/);
    await expect(used).rejects.toThrow(OptionError);
  });

  test("is named with the reason when it is gone", () => {
    const stop = () => Promise.resolve();
    const silent = { url, stop, lastWords: () => undefined };
    expect(new EmulatorEnded(silent, 30_000).message).toContain("has not answered for 30 s");
    expect(new EmulatorEnded({ ...silent, lastWords: () => "why" }).message).toMatch(/ended: why$/);
  });
});
