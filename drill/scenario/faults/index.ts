export type { Expected, Fault, FaultKind, Role, Stage, Traits } from "./fault";
export { type RegionFaultOptions, nothing, regionLost } from "./regions";
