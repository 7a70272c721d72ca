/** Types are checked by `npm run check`; here ts-jest only transpiles (tsconfig: isolatedModules). */
const transpile = ["ts-jest", { tsconfig: { allowJs: true, isolatedModules: true } }];

module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { globalsCleanup: "off" },
  // jose is an ES module, which jest does not load as it is.
  transform: { "^.+\\.ts$": ["ts-jest", {}], "/node_modules/jose/.+\\.js$": transpile },
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  testSequencer: "<rootDir>/test/helpers/longestFirst.js",
  globalSetup: "<rootDir>/test/helpers/globalSetup.ts",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // On two cores: those whose outages are played in other processes only wait.
  maxWorkers: 3,
  // Captures of the program are made one after the other, also on a machine that does much else.
  testTimeout: 60_000,
};
