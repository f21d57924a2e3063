import type { DeployedResource } from "../stacks";

/** What takes a region out of service: the survivors' votes, or its own endpoint's health check. */
export type BoundPath = "votes" | "endpoint";

/** What the bound is computed from. All of it is deployed configuration, but for the two that say otherwise. */
export interface BoundInputs {
    /** How often an observer probes. */
    readonly probeSeconds: number;
    /** Its alarm: period and how many datapoints must breach. */
    readonly alarmPeriodSeconds: number;
    readonly alarmDatapoints: number;
    /** How long each of a quorum's alarms must last. */
    readonly dwellSeconds: number;
    /** How often the decider looks when nothing happens. */
    readonly decideSeconds: number;
    /** An update of the survivors that changes nothing, measured in the same run before the fault. */
    readonly unchangedSeconds: number;
    /** The votes' health checks. */
    readonly voteCheckSeconds: number;
    readonly voteCheckThreshold: number;
    /** The region's own endpoint's. */
    readonly endpointCheckSeconds: number;
    readonly endpointCheckThreshold: number;
    /** How long a resolver may keep the answer. */
    readonly ttlSeconds: number;
    /** How long a service may take to see that its region is out, and to end its connections. */
    readonly stateSeconds: number;
    /** The longest that a client waited for a request that failed in the end, measured: clients' timeouts are theirs. */
    readonly patienceSeconds: number;
}

export interface BoundTerm {
    readonly name: "detect" | "decide" | "update" | "dns" | "drain";
    readonly seconds: number;
    readonly formula: string;
}

export interface Bound {
    readonly worldSeconds: number;
    readonly path: BoundPath;
    readonly formula: string;
    /** One for each part that is measured, between the same two marks. */
    readonly terms: readonly BoundTerm[];
}

/**
 * A probe that gets no connection fails after this many seconds.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
const probeTimeoutSeconds = 4;

/** The longest that a failover may take in theory: every wait of the chain at its longest. Pure. */
export function boundOf(inputs: BoundInputs, path: BoundPath): Bound {
    const terms = path === "votes" ? votesTerms(inputs) : endpointTerms(inputs);
    return {
        worldSeconds: terms.reduce((sum, term) => sum + term.seconds, 0),
        path,
        formula: terms.map((term) => term.name).join(" + "),
        terms,
    };
}

function votesTerms(inputs: BoundInputs): readonly BoundTerm[] {
    const step = Math.max(inputs.probeSeconds, inputs.alarmPeriodSeconds);
    return [
        {
            name: "detect",
            seconds: inputs.alarmDatapoints * step + inputs.alarmPeriodSeconds,
            formula: `${inputs.alarmDatapoints} datapoints x max(probe ${inputs.probeSeconds}, period ${inputs.alarmPeriodSeconds}) + one evaluation ${inputs.alarmPeriodSeconds}`,
        },
        {
            name: "decide",
            seconds: inputs.dwellSeconds + inputs.decideSeconds,
            formula: `dwell ${inputs.dwellSeconds} + decider's schedule ${inputs.decideSeconds}`,
        },
        {
            name: "update",
            seconds: 2 * inputs.unchangedSeconds,
            formula: `preview and update, each as long as an unchanged update took: 2 x ${inputs.unchangedSeconds.toFixed(1)}`,
        },
        {
            name: "dns",
            seconds: inputs.voteCheckSeconds * inputs.voteCheckThreshold,
            formula: `vote check ${inputs.voteCheckSeconds} x ${inputs.voteCheckThreshold}`,
        },
        drainTerm(inputs),
    ];
}

/** The endpoint's check sees what happened by itself: nobody has to decide, and nothing to be updated. */
function endpointTerms(inputs: BoundInputs): readonly BoundTerm[] {
    return [
        {
            name: "detect",
            seconds:
                inputs.endpointCheckSeconds * inputs.endpointCheckThreshold + probeTimeoutSeconds,
            formula: `endpoint check ${inputs.endpointCheckSeconds} x ${inputs.endpointCheckThreshold} + a probe's timeout ${probeTimeoutSeconds}`,
        },
        { name: "decide", seconds: 0, formula: "nobody has to" },
        { name: "update", seconds: 0, formula: "none needed" },
        { name: "dns", seconds: 0, formula: "answers follow the check at once" },
        drainTerm(inputs),
    ];
}

/** Clients leave when the answer they hold expires, or when the service ends their connection: whichever is later. */
function drainTerm(inputs: BoundInputs): BoundTerm {
    return {
        name: "drain",
        seconds: Math.max(inputs.ttlSeconds, inputs.stateSeconds) + inputs.patienceSeconds,
        formula: `max(time to live ${inputs.ttlSeconds}, the service's own look ${inputs.stateSeconds}) + clients' longest wait ${inputs.patienceSeconds.toFixed(1)}`,
    };
}

/** Alias records answer with their target's time to live; a load balancer's is 60 s (Route 53 developer guide, "Choosing between alias and non-alias records"). */
const aliasTtlSeconds = 60;
/** The storefront asks for its region's state this often, and that answer has the record's own time to live. */
const statePollSeconds = 10;

/** Names of the rules that start an observer and a decider. */
const observerTick = "meridian-observer-tick";
const deciderTick = "meridian-decider-tick";

/** Reads the inputs from the stacks' deployed resources. @throws Error that names what is not there. */
export function boundInputs(
    region: string,
    survivors: Readonly<Record<string, readonly DeployedResource[]>>,
    global: readonly DeployedResource[],
    measured: Pick<BoundInputs, "unchangedSeconds" | "patienceSeconds">,
): BoundInputs {
    const stacks = Object.values(survivors);
    const observers = stacks.map((resources) =>
        required(resources, "metricAlarm", `meridian-observer-${region}`),
    );
    const dwells = stacks.flatMap((resources) =>
        ofType(resources, "function").flatMap((one) => dwellOf(one)),
    );
    const slowest = (rule: string): number =>
        Math.max(...stacks.map((resources) => rateSeconds(required(resources, "eventRule", rule))));
    const checks = ofType(global, "healthCheck");
    const votes = checks.filter(
        ({ name }) => name.startsWith("vote-") && name.endsWith(`-${region}`),
    );
    const endpoint = checks.filter(({ name }) => name === `endpoint-${region}`);
    const state = ofType(global, "record").filter((record) =>
        text(record.outputs["name"]).startsWith(`_state.${region}.`),
    );
    orFail(votes, `health checks of the votes on ${region}`);
    orFail(endpoint, `the health check endpoint-${region}`);
    orFail(state, `the record _state.${region}`);
    return {
        ...measured,
        probeSeconds: slowest(observerTick),
        alarmPeriodSeconds: Math.max(...observers.map(periodOf)),
        alarmDatapoints: Math.max(...observers.map(datapointsOf)),
        dwellSeconds: Math.max(...orFail(dwells, "DWELL_SECONDS of a decider")),
        decideSeconds: slowest(deciderTick),
        voteCheckSeconds: Math.max(...votes.map(intervalOf)),
        voteCheckThreshold: Math.max(...votes.map(thresholdOf)),
        endpointCheckSeconds: Math.max(...endpoint.map(intervalOf)),
        endpointCheckThreshold: Math.max(...endpoint.map(thresholdOf)),
        ttlSeconds: aliasTtlSeconds,
        stateSeconds:
            statePollSeconds + Math.max(...state.map((record) => number(record.outputs["ttl"], 0))),
    };
}

// What AWS takes when a check does not say: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html

function intervalOf(check: DeployedResource): number {
    return number(check.outputs["requestInterval"], 30);
}

function thresholdOf(check: DeployedResource): number {
    return number(check.outputs["failureThreshold"], 3);
}

function periodOf(alarm: DeployedResource): number {
    return number(alarm.outputs["period"], 60);
}

function datapointsOf(alarm: DeployedResource): number {
    return number(
        alarm.outputs["datapointsToAlarm"],
        number(alarm.outputs["evaluationPeriods"], 1),
    );
}

function rateSeconds(rule: DeployedResource): number {
    const schedule = text(rule.outputs["scheduleExpression"]);
    const match = /^rate\((\d+) (minute|hour)s?\)$/.exec(schedule);
    if (match === null) {
        throw new Error(
            `the schedule of ${text(rule.outputs["name"])} must be a rate in minutes or hours, got "${schedule}"`,
        );
    }
    return Number(match[1]) * (match[2] === "hour" ? 3600 : 60);
}

function dwellOf(lambda: DeployedResource): number[] {
    const environment = lambda.outputs["environment"] as
        { variables?: Record<string, unknown> } | undefined;
    const dwell = environment?.variables?.["DWELL_SECONDS"];
    return dwell === undefined ? [] : [Number(dwell)];
}

function ofType(resources: readonly DeployedResource[], kind: string): readonly DeployedResource[] {
    return resources.filter((resource) => resource.type.includes(`/${kind}:`));
}

function required(
    resources: readonly DeployedResource[],
    kind: string,
    awsName: string,
): DeployedResource {
    const found = ofType(resources, kind).find((one) => one.outputs["name"] === awsName);
    if (found === undefined) {
        throw new Error(`the deployed stacks have no ${kind} ${awsName}`);
    }
    return found;
}

function orFail<T>(values: readonly T[], what: string): readonly T[] {
    if (values.length === 0) {
        throw new Error(`the deployed stacks do not have ${what}`);
    }
    return values;
}

function number(value: unknown, otherwise: number): number {
    const parsed = Number(value);
    return value === undefined || value === null || Number.isNaN(parsed) ? otherwise : parsed;
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}
