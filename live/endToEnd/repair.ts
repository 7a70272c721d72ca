import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { Server } from "../database/server";
import type { Clients } from "../emulator/clients";

/**
 * Runs SQL of the runbook. What `\copy` does for psql, `copy` does for the server itself, which has the
 * same files here.
 */
export async function runSql(server: Server, text: string, directory: string): Promise<void> {
  const copies = /^\\copy (.*?)'([\w.]+)'(.*)$/gm;
  const sql = text.replaceAll(copies, (_, start: string, file: string, end: string) => {
    return `copy ${start}'${path.join(directory, file)}'${end};`;
  });
  await server.query(sql);
}

/** Does what the runbook's `aws dynamodb scan` does, and writes its output into a file. */
export async function scanLedger(command: string, { dynamodb }: Clients, file: string) {
  const word = (option: string) => new RegExp(`--${option} (\\S+)`).exec(command)?.[1] ?? "";
  const quoted = (option: string) =>
    new RegExp(`--${option} (["'])(.*?)\\1`).exec(command)?.[2] ?? "";
  const [, columns = ""] = /^Items\[\]\.\[(.*)\]$/.exec(quoted("query"))!;
  const paths = columns.split(", ");
  const lines: string[] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: word("table-name").replace("$E", "dev"),
        ConsistentRead: true,
        FilterExpression: quoted("filter-expression"),
        ExpressionAttributeNames: parsed(quoted("expression-attribute-names")),
        ExpressionAttributeValues: parsed(quoted("expression-attribute-values")),
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      }),
    );
    for (const item of page.Items ?? []) {
      lines.push(paths.map((each) => columnOf(item, each)).join("\t"));
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
}

const parsed = <Value>(json: string) => JSON.parse(json) as Record<string, Value>;

/** A column of `--query` as `--output text` prints it. */
function columnOf(item: object, column: string): string {
  const [keys = "", instead] = column.split(" || ");
  let value: unknown = item;
  for (const key of keys.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  if (typeof value === "string") return value;
  return instead === "''" ? "" : "None";
}
