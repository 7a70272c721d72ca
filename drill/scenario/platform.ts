import type { ProgramDescription } from "../description/program";
import type { Handlers } from "../handlers";
import type { Weaving } from "../mutation";

/** What every outage of one program shares. */
export interface Platform {
  program: ProgramDescription;
  handlers: Handlers;
  weave?: Weaving | undefined;
}
