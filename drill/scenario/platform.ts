import type { ProgramDescription } from "../description/program";
import type { Handlers } from "../handlers";
import type { Weaving } from "../mutation";

/** What all outages of one program share. */
export interface Platform {
  program: ProgramDescription;
  handlers: Handlers;
  weave?: Weaving | undefined;
}
