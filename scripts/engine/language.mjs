// pulumi-language-nodejs, for a machine that has only the engine: starts the program with the
// installed @pulumi/pulumi, which talks to the engine itself.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import { listen, ofPulumi } from "./grpc.mjs";

const require = createRequire(import.meta.url);
const messages = ofPulumi("@pulumi/pulumi/proto/language_pb");
const { LanguageRuntimeService } = ofPulumi("@pulumi/pulumi/proto/language_grpc_pb");
const { PackageDependency, PluginInfo } = ofPulumi("@pulumi/pulumi/proto/plugin_pb");
const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb");

/** The program's exit code when it has already reported its error. */
const REPORTED = 32;
const PACKAGES = ["aws", "random"];

let engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
const programs = new Set();

function commandLine(request) {
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: directory,
    "root-directory": info.getRootDirectory(),
    parallel: `${request.getParallel()}`,
  };
  return [
    require.resolve("@pulumi/pulumi/cmd/run", { paths: [directory] }),
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    path.join(directory, info.getEntryPoint()),
    ...request.getArgsList(),
  ];
}

function environment(request) {
  const { typescript, tsconfig } = request.getInfo().getOptions()?.toJavaScript() ?? {};
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

async function run(request) {
  const stdio = ["ignore", "inherit", "inherit"];
  const program = spawn(process.execPath, commandLine(request), {
    stdio,
    env: environment(request),
  });
  programs.add(program);
  const code = await new Promise((resolve, reject) => {
    program.on("error", reject);
    program.on("close", (exitCode, signal) => resolve(exitCode ?? signal));
  });
  programs.delete(program);
  const response = new messages.RunResponse();
  if (code === REPORTED) response.setBail(true);
  else if (code !== 0) response.setError(`The program ended with ${code}`);
  return response;
}

function requiredPackages() {
  const packages = PACKAGES.map((name) => {
    const dependency = new PackageDependency();
    dependency.setName(name);
    dependency.setKind("resource");
    dependency.setVersion(`v${require(`@pulumi/${name}/package.json`).version}`);
    return dependency;
  });
  const response = new messages.GetRequiredPackagesResponse();
  response.setPackagesList(packages);
  return response;
}

const methods = {
  handshake(request) {
    engine = request.getEngineAddress() || engine;
    return new messages.LanguageHandshakeResponse();
  },
  getPluginInfo() {
    const info = new PluginInfo();
    info.setVersion(require("@pulumi/pulumi/package.json").version);
    return info;
  },
  getRequiredPackages: requiredPackages,
  run,
  about: () => new messages.AboutResponse(),
  getProgramDependencies: () => new messages.GetProgramDependenciesResponse(),
  runtimeOptionsPrompts: () => new messages.RuntimeOptionsResponse(),
  cancel() {
    for (const program of programs) program.kill("SIGTERM");
    return new Empty();
  },
};

listen(LanguageRuntimeService, methods);
