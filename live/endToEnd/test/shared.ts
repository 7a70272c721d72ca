import type { Session } from "../../session";
import type { Dr } from "../dr";
import type { Client } from "../orders";

/** What the suites of the one platform share. */
export interface Shared {
  session: Session;
  client: Client;
  dr: Dr;
}
