import type { DeployedResource } from "../stacks";

/** What the bound is computed from: all of it read from what is deployed, but for the measured update. */
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
    /** The preview, the proof and the updates, measured. */
    readonly updateSeconds: number;
    /** The votes' health checks. */
    readonly voteCheckSeconds: number;
    readonly voteCheckThreshold: number;
    /** How long a resolver may keep the answer. */
    readonly ttlSeconds: number;
    /** How long a service may take to see that its region is out, and to end its connections. */
    readonly drainSeconds: number;
}

export interface BoundTerm {
    readonly name: "detect" | "decide" | "update" | "dns" | "drain";
    readonly seconds: number;
    readonly formula: string;
}

export interface Bound {
    readonly worldSeconds: number;
    readonly formula: string;
    readonly terms: readonly BoundTerm[];
}

/** The longest that a failover may take in theory: every wait of the chain at its longest. Pure. */
export function boundOf(inputs: BoundInputs): Bound {
    const step = Math.max(inputs.probeSeconds, inputs.alarmPeriodSeconds);
    const terms: readonly BoundTerm[] = [
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
            seconds: inputs.updateSeconds,
            formula: "preview, proof and updates, measured",
        },
        {
            name: "dns",
            seconds: inputs.voteCheckSeconds * inputs.voteCheckThreshold + inputs.ttlSeconds,
            formula: `vote check ${inputs.voteCheckSeconds} x ${inputs.voteCheckThreshold} + time to live ${inputs.ttlSeconds}`,
        },
        {
            name: "drain",
            seconds: inputs.drainSeconds,
            formula: `state record's time to live and the service's poll of it ${inputs.drainSeconds}`,
        },
    ];
    return {
        worldSeconds: terms.reduce((sum, term) => sum + term.seconds, 0),
        formula: terms.map((term) => term.name).join(" + "),
        terms,
    };
}

/** Alias records answer with their target's time to live; a load balancer's is 60 s (Route 53 developer guide, "Choosing between alias and non-alias records"). */
const aliasTtlSeconds = 60;
/** The storefront asks for its region's state this often, and that answer has the record's own time to live. */
const statePollSeconds = 10;

/** Reads the inputs from the stacks' deployed resources. @throws Error that names what is not there. */
export function boundInputs(
    region: string,
    survivors: Readonly<Record<string, readonly DeployedResource[]>>,
    global: readonly DeployedResource[],
    updateSeconds: number,
): BoundInputs {
    const observers = Object.values(survivors).map((resources) =>
        required(resources, "metricAlarm", `meridian-observer-${region}`),
    );
    const rates = Object.values(survivors).flatMap((resources) =>
        ofType(resources, "eventRule").flatMap((rule) => rateSeconds(rule)),
    );
    const dwells = Object.values(survivors).flatMap((resources) =>
        ofType(resources, "function").flatMap((one) => dwellOf(one)),
    );
    const votes = ofType(global, "healthCheck").filter((check) => check.name.startsWith("vote-"));
    const state = ofType(global, "record").filter((record) =>
        text(record.outputs["name"]).startsWith(`_state.${region}.`),
    );
    const tick = Math.max(...orFail(rates, "a schedule of an observer or a decider"));
    return {
        probeSeconds: tick,
        alarmPeriodSeconds: Math.max(...observers.map(periodOf)),
        alarmDatapoints: Math.max(...observers.map(datapointsOf)),
        dwellSeconds: Math.max(...orFail(dwells, "DWELL_SECONDS of a decider")),
        decideSeconds: tick,
        updateSeconds,
        voteCheckSeconds: Math.max(
            ...orFail(votes, "the votes' health checks").map((check) =>
                number(check.outputs["requestInterval"], 30),
            ),
        ),
        voteCheckThreshold: Math.max(
            ...votes.map((check) => number(check.outputs["failureThreshold"], 3)),
        ),
        ttlSeconds: aliasTtlSeconds,
        drainSeconds:
            statePollSeconds +
            Math.max(0, ...state.map((record) => number(record.outputs["ttl"], 0))),
    };
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

function rateSeconds(rule: DeployedResource): number[] {
    const match = /^rate\((\d+) (minute|hour)s?\)$/.exec(text(rule.outputs["scheduleExpression"]));
    return match === null ? [] : [Number(match[1]) * (match[2] === "hour" ? 3600 : 60)];
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
