/**
 * Loaded before a function's bundle: until the time in LATE_UNTIL_MS, names resolve only after
 * LATE_MS, as with a name server that does not answer.
 */
const dns = require("node:dns");
const { syncBuiltinESMExports } = require("node:module");

const { lookup } = dns;
dns.lookup = (name, options, done) => {
  const isLate = Date.now() < Number(process.env.LATE_UNTIL_MS);
  setTimeout(() => lookup(name, options, done), isLate ? Number(process.env.LATE_MS) : 0);
};
syncBuiltinESMExports();
