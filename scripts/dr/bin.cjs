#!/usr/bin/env node
// What `npx dr` starts.
require("tsx/cjs");
require("./main.ts").main();
