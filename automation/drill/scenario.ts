import type { RehearsalFault } from "../rehearsal";
import type { BoundPath } from "./bound";

/** What goes wrong in a drill. */
export interface Scenario {
    readonly fault: FaultKind;
    readonly region: string;
    /** `gray` only: share of the application's requests that fail, 0 to 1. `/health` stays green. */
    readonly errorRate: number;
    /** `gray` only: milliseconds added to every request. */
    readonly latencyMs: number;
    /** Home of the control planes that are down with it. */
    readonly controlPlanes: string;
}

export const faultKinds = ["gray", "blackout"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Where AWS's global control planes (Route 53, IAM, CloudFront) live. */
export const globalControlPlanesHome = "us-east-1";

/** The default scenario: a region turns bad and takes the global control planes with it, whichever region it is. */
export function scenarioOf(fault: FaultKind, region: string): Scenario {
    return {
        fault,
        region,
        errorRate: 0.4,
        latencyMs: 150,
        controlPlanes: globalControlPlanesHome,
    };
}

/**
 * What has to take the region out. A gray region answers its health check, so people have to; one that
 * answers nobody is seen by Route 53 itself, and the votes only keep it out.
 */
export function boundPathOf(scenario: Pick<Scenario, "fault">): BoundPath {
    return scenario.fault === "gray" ? "votes" : "endpoint";
}

export function faultsOf(scenario: Scenario): readonly RehearsalFault[] {
    const { region, errorRate, latencyMs } = scenario;
    return [
        scenario.fault === "gray"
            ? { kind: "gray", region, errorRate, latencyMs }
            : { kind: "blackout", region },
        { kind: "control-planes", region: scenario.controlPlanes },
    ];
}
