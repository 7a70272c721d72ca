// Loaded before the program of a scenario: every function gets one line of code instead of its bundle,
// which Pulumi would write into every state, and no error has a stack, which costs half of a run.
// CODE_VERSION changes every function's code.
const version = process.env.CODE_VERSION ?? "";
globalThis[Symbol.for("trading-platform.bundler")] = (what) => `// ${what} ${version}`;
// Pulumi sets the limit for each resource; with an accessor, V8 takes no stack at all.
Object.defineProperty(Error, "stackTraceLimit", { get: () => 0, set() {} });
