/**
 * Loaded into each function's process before its code: sends a copy of each log line to live, because
 * the emulator shows the lines of an invocation only after its end. It also reports each invocation.
 */
const { createSocket } = require("node:dgram");
const readline = require("node:readline");

/** A datagram carries no more than 64 KB. */
const EVENT_MAX_LENGTH = 4_000;
const port = Number(process.env.LIVE_LOG_PORT);
const socket = createSocket("udp4");
socket.unref();
socket.on("error", () => undefined);
const send = (text) => socket.send(text, port, "127.0.0.1", () => undefined);

// The emulator's worker reads its invocations from lines, after one with the function itself.
const { createInterface } = readline;
readline.createInterface = (...args) => {
  const lines = createInterface(...args);
  let isFirst = true;
  lines.on("line", (line) => {
    if (!isFirst) report(line);
    isFirst = false;
  });
  return lines;
};

function report(line) {
  const { AWS_REGION: region, AWS_LAMBDA_FUNCTION_NAME: functionName } = process.env;
  const { event } = JSON.parse(line);
  const text = JSON.stringify(event ?? null).slice(0, EVENT_MAX_LENGTH);
  send(JSON.stringify({ source: "invocation", region, message: text, functionName }));
}

const write = process.stderr.write.bind(process.stderr);

// The emulator's worker writes the function's standard output to standard error.
process.stderr.write = (chunk, ...rest) => {
  const text = String(chunk);
  if (text.startsWith("{")) send(text);
  return write(chunk, ...rest);
};
