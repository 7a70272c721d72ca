import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Time, chance and the environment are handed in: the drill plays the same run from one seed. */
const ambient = {
  globals: [
    { name: "process", message: "Take what you need as an argument." },
    { name: "setInterval", message: "Use the clock that is handed in." },
    { name: "setImmediate", message: "Use the clock that is handed in." },
  ],
  timeout: { name: "setTimeout", message: "Use the clock that is handed in." },
  properties: [
    { object: "Date", property: "now", message: "Take the time as an argument." },
    { object: "performance", property: "now", message: "Take the time as an argument." },
    { object: "Math", property: "random", message: "Take chance from the seed." },
  ],
  syntax: [
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: "Take the time as an argument.",
    },
  ],
};

const focusedTests = {
  selector:
    "CallExpression:matches([callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/], [callee.property.name=/^(only|skip)$/][callee.object.name=/^(it|test|describe)$/])",
  message: "A focused or skipped test hides the others.",
};

/** What `lambda/` may import has to fit a bundle; what workspaces may import must not load Pulumi. */
const withoutProgram = {
  patterns: [
    { group: ["**/lib/*", "**/lib"], message: "lib/ is the program; only it knows Pulumi." },
    { group: ["@pulumi/*", "!@pulumi/pulumi"], message: "Only lib/ makes resources." },
  ],
};

export default defineConfig(
  { ignores: ["node_modules/", "coverage/", ".rig/", ".cache/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.ts"],
    ignores: ["**/test/**"],
    rules: {
      "max-lines": ["error", { max: 300 }],
      "max-lines-per-function": ["error", { max: 70 }],
      // A resource is made for its side effect.
      "no-new": "off",
    },
  },
  {
    files: ["lambda/**/*.ts", "drill/**/*.ts", "live/**/*.ts"],
    rules: { "no-restricted-imports": ["error", withoutProgram] },
  },
  {
    files: ["lambda/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...withoutProgram.patterns,
            { group: ["@pulumi/*", "**/drill/**"], message: "Would end up in a bundle." },
          ],
        },
      ],
    },
  },
  {
    files: [
      "lambda/failover/decide.ts",
      "lambda/detection/evidence.ts",
      "lambda/control/control.ts",
      "lambda/control/rules.ts",
    ],
    rules: {
      "no-restricted-globals": ["error", ...ambient.globals, ambient.timeout],
      "no-restricted-properties": ["error", ...ambient.properties],
      "no-restricted-syntax": ["error", ...ambient.syntax],
    },
  },
  {
    files: ["drill/world/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", ...ambient.globals, ambient.timeout],
      "no-restricted-properties": ["error", ...ambient.properties],
      "no-restricted-syntax": ["error", ...ambient.syntax],
    },
  },
  {
    files: ["**/test/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", focusedTests],
      // Matchers take a method as a value.
      "@typescript-eslint/unbound-method": "off",
    },
  },
);
