import { type FaultKind, fault, heldIn } from "./fault";

/**
 * A lost region's name servers are lost too: whoever resolves one of its names waits until the
 * resolver gives up.
 */
export const namesHang: FaultKind = {
  name: "names hang",
  lasts: [400, 480],
  draw: () =>
    fault(
      {
        name: "names hang",
        description: "elsewhere, lookups of home's names hang for 20 s and then fail",
        failover: "must not",
      },
      ({ world, region }) => [
        heldIn(world, "names of", world.base.regionsWithoutNames, region("home")),
      ],
    ),
};
