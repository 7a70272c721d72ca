/**
 * Captures of the program for all test files, made in one process that loads Pulumi once: inside
 * jest every file would load it anew. Prints its port, and ends with its standard input.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type CaptureOptions, captureProgram } from "./capture";

const made = new Map<string, Promise<string>>();
let last: Promise<unknown> = Promise.resolve();

/** One after the other, because a process of Pulumi has one stack at a time. */
function capture(asked: string): Promise<string> {
  const known = made.get(asked);
  if (known) return known;
  const options = JSON.parse(asked) as CaptureOptions;
  const next = last
    .then(() => captureProgram(options))
    .then((captured) => JSON.stringify(captured));
  made.set(asked, next);
  last = next.catch(() => undefined);
  return next;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

const server = createServer((request, response) => {
  response.setHeader("Connection", "close");
  bodyOf(request)
    .then(capture)
    .then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(400).end((error as Error).message),
    );
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
