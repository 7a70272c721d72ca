/** `npm start`: plays one outage and prints its timeline. */
import { runCommand } from "../../support/cli/command";
import { captureInChild } from "../captured";
import { type StartOptions, startCommand, startOptionsOf } from "../runner/startOptions";

async function play(options: StartOptions): Promise<number> {
  const capture = captureInChild();
  // These modules load while the child process captures the program.
  const [drill, text, json] = await Promise.all([
    import("../drill"),
    import("../report/text"),
    import("../report/json"),
  ]);
  const [resources, handlers] = await Promise.all([capture, drill.loadHandlers()]);
  const outage = await drill.playStart(drill.platformOf(resources, handlers), options);
  const broken = drill.checkOutage(outage);
  if (options.isTraced) {
    process.stdout.write(`${outage.world.base.simulation.trace.lines.join("\n")}\n\n`);
  }
  const report = options.isJson ? json.jsonReport : text.textReport;
  process.stdout.write(report(outage, broken));
  return broken.length === 0 ? 0 : 1;
}

void runCommand(startCommand, (given) => play(startOptionsOf(given)));
