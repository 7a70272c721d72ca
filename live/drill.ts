/** Everything that live/ takes from the drill, by module: what evaluates that the emulator does not. */
export { type ProgramDescription, describeProgram } from "../drill/description/program";
export { Base } from "../drill/world/base";
export { Cloudwatch, type LogEntry } from "../drill/world/cloudwatch";
export type { Happening } from "../drill/world/happenings";
export { Network } from "../drill/world/network";
export { Route53 } from "../drill/world/route53";
export { Schedules } from "../drill/world/schedules";
export { loadHandlers } from "../drill/handlers";
export { playOutage } from "../drill/scenario/outage";
export { drawSchedule } from "../drill/scenario/schedule";
