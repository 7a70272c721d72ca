import { type FaultKind, fault, held } from "./fault";

/** No client places orders. Quiet traffic is not an outage. */
export const quiet: FaultKind = {
  name: "quiet",
  lasts: [300, 300],
  draw: () =>
    fault(
      {
        name: "quiet",
        description: "no client orders anything for five minutes",
        failover: "must not",
        hidesRecovery: true,
      },
      ({ world, clients }) => [
        held(
          world,
          "clients",
          () => clients.pause(),
          () => clients.resume(),
        ),
      ],
    ),
};

/** One client of four ignores the TTL. */
export const ttlIgnored: FaultKind = {
  name: "TTL ignored",
  lasts: [600, 600],
  draw: () =>
    fault(
      {
        name: "TTL ignored",
        description:
          "one client of four keeps DNS's first answer until its orders fail for a minute",
        failover: "must not",
        misleadsClients: true,
      },
      ({ clients }) => {
        clients.stubborn.add(0);
        return [() => clients.stubborn.delete(0)];
      },
    ),
};

/** Many orders at once. A backlog in the queue does not mean that hints are lost. */
export const burst: FaultKind = {
  name: "burst",
  lasts: [60, 90],
  draw: (stream) => {
    const orders = stream.integer(700, 900);
    return fault(
      {
        name: "burst",
        description: `${orders} orders within ten seconds`,
        failover: "must not",
        delaysSettling: true,
      },
      ({ clients }) => {
        clients.burst(orders);
        return [];
      },
    );
  },
};
