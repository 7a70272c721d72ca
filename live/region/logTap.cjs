/**
 * Loaded into each function's process before its code: sends a copy of each log line to live, because
 * the emulator shows the lines of an invocation only after its end.
 */
const { createSocket } = require("node:dgram");

const port = Number(process.env.LIVE_LOG_PORT);
const socket = createSocket("udp4");
socket.unref();
socket.on("error", () => undefined);
const write = process.stderr.write.bind(process.stderr);

// The emulator's worker writes the function's standard output to standard error.
process.stderr.write = (chunk, ...rest) => {
  const text = String(chunk);
  if (text.startsWith("{")) socket.send(text, port, "127.0.0.1", () => undefined);
  return write(chunk, ...rest);
};
