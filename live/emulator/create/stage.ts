import type { Clients } from "../clients";
import type { Declarations } from "../program";

/** What everything that creates resources works on. */
export interface Stage {
  declarations: Declarations;
  /** Clients of a region. */
  clients: (region: string) => Clients;
  /** What the captured program calls a resource, and what the emulator calls it. */
  renamed: Map<string, string>;
}
