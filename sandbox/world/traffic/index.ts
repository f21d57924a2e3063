export type { Write } from "./ledger";
export type { TrafficSample } from "./samples";
export { Traffic, type TrafficOptions } from "./traffic";
export type { Verification } from "./verification";
