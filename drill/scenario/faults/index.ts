export type { Expected, Fault, FaultKind, Role, Stage } from "./fault";
export { type RegionFaultOptions, nothing, regionLost } from "./regions";
