import { LOOK_SLOT_SECONDS } from "../../../lambda/detection/tunables";
import { nothingWaitsForTheLost } from "../../scenario/promises/decisions";
import type { Environment } from "../../world/environment";
import type { Asked, Happening } from "../../world/happenings";
import { HOME, STANDBY, atHome, fenced, scene, world, written } from "./scene";

it("during a failover to the standby, no orchestrator calls the region being left", () => {
  const call = (region: string, service: string, command: string, payload: object = {}) => ({
    environment: { description: { stem: "failoverOrchestrator" }, payload },
    region,
    service,
    command,
    input: {},
  });
  const see = nothingWaitsForTheLost.watch(scene());
  see(written(atHome, fenced));
  const next: Happening = { kind: "volume rebuilt", region: HOME };
  world.base.hooks.call.ask(call(STANDBY, "rds", "DescribeDBClustersCommand"));
  world.base.hooks.call.ask(call(HOME, "sns", "PublishCommand"));
  world.base.hooks.call.ask(call(HOME, "dynamodb", "GetCommand", { action: "status" }));
  expect(see(next)).toBeUndefined();
  world.base.hooks.call.ask(call(HOME, "rds", "DescribeDBClustersCommand"));
  expect(see(next)).toBe(`DescribeDBClustersCommand in ${HOME}`);
});

it("an orchestrator that has taken a step of a takeover no longer polls home", () => {
  const by = (stem: string): Environment =>
    ({
      description: { stem, region: STANDBY },
      payload: { trigger: "tick" },
      freezes: 0,
    }) as Environment;
  const looks = (environment: Environment): Happening => {
    const url = `https://api.${HOME}.example/health`;
    const asked: Asked = { atMs: 0, from: STANDBY, url, method: "GET", status: undefined };
    return { kind: "asked", asked, by: environment };
  };
  const [actor, other] = [by("failoverOrchestrator"), by("failoverOrchestrator")];
  const see = nothingWaitsForTheLost.watch(scene());
  see(written(atHome, fenced));
  const promotes = { region: STANDBY, service: "rds", command: "FailoverGlobalClusterCommand" };
  world.base.hooks.call.ask({ ...promotes, input: {}, environment: actor });
  expect(see(looks(other))).toBeUndefined();
  see({ kind: "ledger blocked", region: STANDBY });
  expect(see(looks(actor))).toBeUndefined();
  see({ kind: "ledger ready", region: STANDBY });
  expect(see(looks(actor))).toBeUndefined();
  world.base.nowMs += LOOK_SLOT_SECONDS * 1000 + 1;
  actor.freezes = 1;
  expect(see(looks(actor))).toBeUndefined();
  actor.freezes = 0;
  expect(see(looks(actor))).toBe(`GET https://api.${HOME}.example/health`);
});
