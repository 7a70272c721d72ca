export type { Expected, Fault, FaultKind, Role, Stage, Traits } from "./fault";
export { nothing, regionLost } from "./regions";
