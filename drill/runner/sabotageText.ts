import { heading, table } from "../../support/cli/table";
import type { HuntOptions, Hunted } from "./sabotage";

/** The table of `npm run drill:sabotage`, followed by the details of the pairs. */
export function sabotageText(hunted: readonly Hunted[], options: HuntOptions): string {
  const missed = hunted.filter(({ caught }) => caught === null).length;
  const pairs = hunted.flatMap(({ pair }) => pair ?? []);
  return [
    heading(`${hunted.length} mutations, one at a time, from seed ${options.seed}`),
    table([
      ["mutation", "caught after", "seed", "kind", "promise broken", "changes"],
      ...hunted.map(rowOf),
    ]),
    "Played were outages of one kind, in which the mutation can show. To replay one:\n" +
      'npm run drill -- --design "MUTATION" --fault "KIND" --seed SEED --outages 1',
    ...(pairs.length === 0
      ? []
      : [
          "A pair is one mutation because a second guard covers the first. At the seed of the catch each\n" +
            "of the two broke nothing alone; the first was played alone in every outage before it too.",
          table([
            ["covered", "by", "played alone", "caught alone"],
            ...pairs.map(({ covered, guard, played, caughtAlone }) => [
              covered,
              `what "${guard}" takes out`,
              String(played),
              caughtAlone.join(", ") || "none",
            ]),
          ]),
        ]),
    missed === 0
      ? `PASSED: ${hunted.length} mutations caught, each within ${options.within} outages.`
      : `FAILED: ${missed} of ${hunted.length} mutations not caught within ${options.within} outages.`,
  ].join("\n\n");
}

function rowOf({ name, changes, kind, caught, played }: Hunted): string[] {
  if (caught === null) return [name, `NOT CAUGHT in ${played}`, "", kind, "", changes];
  return [name, String(played), caught.seed, kind, caught.promise, changes];
}
