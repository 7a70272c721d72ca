/**
 * Stands for Lambda's Node runtime: loads the bundle that its first argument names, says so, and
 * runs the handler on each message. An error outside the handler ends the process, as in Lambda.
 */
const { handler } = await import(process.argv[2]);

process.on("message", async ({ event, deadlineMs }) => {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const answer = await invoke(event, deadlineMs);
  const { user, system } = process.cpuUsage(startedCpu);
  const ms = performance.now() - startedMs;
  process.send({ ...answer, ms, cpuMs: (user + system) / 1000 });
});
process.send("ready");

async function invoke(event, deadlineMs) {
  const context = {
    awsRequestId: "live",
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    return { kind: "answered", result: await handler(event, context) };
  } catch (error) {
    return { kind: "failed", error: `${error?.name}: ${error?.message}` };
  }
}
