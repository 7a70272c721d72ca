const { existsSync, readdirSync } = require("node:fs");
const { join } = require("node:path");

/** Types are checked by `npm run check`; here ts-jest only transpiles (tsconfig: isolatedModules). */
const transpile = ["ts-jest", { tsconfig: { allowJs: true, isolatedModules: true } }];

/** What the tests of the program and of every workspace have in common. */
const project = (rootDir) => ({
  rootDir,
  displayName: rootDir === __dirname ? "program" : require(`${rootDir}/package.json`).name,
  testEnvironment: "node",
  testEnvironmentOptions: { globalsCleanup: "off" },
  setupFiles: [join(__dirname, "test/helpers/propertySeed.ts")],
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // ES modules, which jest does not load as they are.
  transform: { "^.+\\.ts$": ["ts-jest", {}], "/node_modules/(jose|tinyqueue)/.+\\.js$": transpile },
  transformIgnorePatterns: ["/node_modules/(?!(jose|tinyqueue)/)"],
});

/** Each workspace has a jest.config.js of its own, which calls `project`. */
const workspaces = readdirSync(__dirname)
  .map((folder) => join(__dirname, folder, "jest.config.js"))
  .filter((file) => existsSync(file));

module.exports = {
  projects: [project(__dirname), ...workspaces],
  globalSetup: "<rootDir>/test/helpers/globalSetup.ts",
  globalTeardown: "<rootDir>/test/helpers/globalTeardown.ts",
  // On two cores: test files that play outages wait for threads of their own.
  maxWorkers: 3,
  // Captures of the program are made one after the other, also on a machine that does much else.
  testTimeout: 60_000,
};
Object.defineProperty(module.exports, "project", { value: project });
