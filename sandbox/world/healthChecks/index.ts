export { HealthCheckers, propagationMs } from "./checkers";
export type { CheckStatus, HealthCheckersOptions, StatusChange } from "./checkers";
export type { Observation } from "./endpointCheck";
