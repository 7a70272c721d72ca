const { project } = require("../../jest.config.js");
const { join } = require("node:path");

/** One platform for all tests: they run in their order. */
module.exports = {
  ...project(join(__dirname, "..")),
  displayName: "live, end to end",
  testMatch: ["<rootDir>/endToEnd/test/*.test.ts"],
  testTimeout: 150_000,
};
