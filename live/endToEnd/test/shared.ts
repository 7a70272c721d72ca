import type { Session } from "../../session";
import type { Dr } from "../dr";
import type { Client } from "../orders";

/** What the suites of the one platform share. */
export interface Shared {
  session: Session;
  client: Client;
  dr: Dr;
}

/** The row of an order in a region's database, as a list of one or none. */
export const rowsOf = (
  { platform }: Session,
  region: string,
  orderId: string,
): Promise<{ epoch: number }[]> =>
  platform.pair
    .of(region)
    .server.query<{ epoch: number }>("select epoch from orders where id = $1", [orderId]);
