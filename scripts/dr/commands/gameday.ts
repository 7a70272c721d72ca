import { type Experiment, experiments } from "../../../lib/gameDay/experiments";
import { textTable } from "../../../support/cli/table";
import { type Report, changeOptions, command } from "../command";
import type { Deployment } from "../deployment";
import { DrError } from "../exit";
import { Fis } from "../gameday/fis";
import { type Observation, type Run, observe } from "../gameday/observe";
import { exitOf, judge } from "../gameday/verdict";
import type { Tools } from "../tools";
import { askFor } from "./change";
import { readinessReport } from "./readiness";

export const gameday = command({
  about: "Runs an AWS FIS experiment and judges it; needs gameDay, and we never ran it on AWS",
  options: {
    ...changeOptions,
    "dry-run": { about: "Print what would be started and what stops it, and change nothing" },
    experiment: { value: "NAME", about: "Which one (default: list them)" },
  },
  run: async (tools, given) => {
    const deployment = await tools.deployment();
    if (Object.keys(deployment.experiments).length === 0) {
      const todo = "run `pulumi config set gameDay true` and deploy";
      throw new DrError(`dr: the stack has no experiments; ${todo}`, "refused");
    }
    if (given.experiment === undefined) return listOf(deployment);
    const chosen = choose(deployment, given.experiment);
    const ready = await readinessReport(tools, deployment);
    if (ready.exit !== "done") {
      return { ...ready, text: `not ready, so nothing was started:\n\n${ready.text}` };
    }
    const plan = await planText(tools, deployment, chosen);
    if (given["dry-run"]) return { exit: "done", text: plan, data: chosen };
    tools.say(plan);
    if (!given.yes) {
      const { environment } = deployment;
      await askFor(tools, `${environment}: ${chosen.experiment.fault}.`, environment);
    }
    return judged(tools, deployment, chosen);
  },
});

function listOf({ experiments: templates }: Deployment): Report {
  const known = Object.entries<Experiment>(experiments).filter(([name]) => name in templates);
  const rows = known.flatMap(([name, { fault, expected, because, page }]) => [
    [name, fault],
    ["", `expected: ${expected}, because ${because}`],
    ["", page],
  ]);
  return { exit: "done", text: textTable(rows), data: Object.fromEntries(known) };
}

/** @throws DrError unless the stack has this experiment. */
function choose({ experiments: templates }: Deployment, given: string): Run {
  const name = Object.keys(experiments).find((each) => each === given) as Run["name"] | undefined;
  const templateId = templates[given];
  if (name !== undefined && templateId !== undefined) {
    return { name, experiment: experiments[name], templateId };
  }
  const allowed = Object.keys(templates).join(", ");
  throw new DrError(`dr: got the experiment "${given}"; allowed are ${allowed}`, "usage");
}

/** What AWS FIS has, not what this version of the program would make. */
async function planText(
  { aws }: Tools,
  { regions }: Deployment,
  { experiment, templateId: id }: Run,
): Promise<string> {
  const { actions, stopConditions } = await new Fis(aws.fis(regions.home.name)).template(id);
  const rows = [
    ["template", id],
    ...Object.values(actions).map(({ actionId, parameters }) => [
      "action",
      [actionId, ...Object.entries(parameters).map(([key, value]) => `${key} ${value}`)].join(", "),
    ]),
    ...stopConditions.map(({ value, source }) => ["stops at", value ?? source]),
    ["fault", experiment.fault],
    ["expected", `${experiment.expected}, because ${experiment.because}`],
    ["described in", experiment.page],
  ];
  return textTable(rows);
}

async function judged(tools: Tools, deployment: Deployment, run: Run): Promise<Report> {
  const observed = await observe(tools, deployment, run);
  const { verdict, reason } = judge(observed);
  const { takeover, acknowledged, refused, ending } = observed;
  const rows = [
    [verdict, reason],
    ["takeover", takeoverText(takeover)],
    ["experiment", `${run.name} (${ending.id}) is ${ending.status}`],
    ["orders", `${acknowledged} acknowledged, ${refused} refused by both regions`],
  ];
  const hasMoved = "value" in takeover && takeover.value !== null;
  const next = hasMoved
    ? "\n\nThe standby is active: `dr failback` returns, when home is repaired."
    : "";
  return {
    exit: exitOf[verdict],
    text: textTable(rows) + next,
    data: { verdict, reason, experiment: run.name, ...observed },
  };
}

function takeoverText(takeover: Observation["takeover"]): string {
  if ("problem" in takeover) return `? ${takeover.problem}`;
  if (takeover.value === null) return "none";
  const { active, rtoSeconds, rpoSeconds } = takeover.value;
  return `to ${active}, RTO ${rtoSeconds} s, RPO ${rpoSeconds} s`;
}
