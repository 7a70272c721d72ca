/** Types are checked by `npm run check`; here ts-jest only transpiles (tsconfig: isolatedModules). */
module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { globalsCleanup: "off" },
  transform: { "^.+\\.ts$": ["ts-jest", {}] },
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  maxWorkers: 2,
};
