import { Random } from "../../support/simulation/random";
import { Simulation } from "../../support/simulation/simulation";
import type { ProgramDescription } from "../description/program";
import { Base } from "../world/base";
import { Network } from "../world/network";

it("a watcher receives the kinds it asked for, in the order of registration, late ones too", () => {
  const base = new Base(new Simulation(), new Random("1"), {} as ProgramDescription, new Network());
  const heard: string[] = [];
  base.watch(({ kind }) => heard.push(`all: ${kind}`));
  base.watch(({ kind }) => heard.push(`lost: ${kind}`), ["region lost"]);
  base.happened({ kind: "region lost", region: "us-east-1" });
  base.watch(({ kind }) => heard.push(`late: ${kind}`), ["region lost", "region back"]);
  base.happened({ kind: "region lost", region: "us-east-1" });
  base.happened({ kind: "region back", region: "us-east-1" });
  expect(heard).toEqual([
    ...["all: region lost", "lost: region lost"],
    ...["all: region lost", "lost: region lost", "late: region lost"],
    ...["all: region back", "late: region back"],
  ]);
});
