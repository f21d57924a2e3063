import Table from "cli-table3";

import { globalStack, regionNames, votersFor } from "../../infra/topology";
import { parseGlobalOutputs, type GlobalOutputs } from "../../infra/stackOutputs";
import { readDeployedVotes, votesAgainst, type DeployedVotes } from "../deployedVotes";
import { messageOf } from "../errors";
import type { Estate } from "../estate";
import { known, type Known, type Probes } from "../probes";

export interface RegionStatus {
    readonly region: string;
    /** Its load balancer, as Route 53's checkers see it. */
    readonly endpoint: Known<"healthy" | "unhealthy">;
    /** The regions whose stacks say `evacuate` of it. */
    readonly votesAgainst: Known<readonly string[]>;
    /** Whether its own vote would be seen, if it had to vote. */
    readonly lever: Known<"healthy" | "unhealthy">;
    /** What DNS answers. */
    readonly inService: Known<boolean>;
    /** Percent of its own users that it serves. */
    readonly sharePercent: Known<number>;
    /** Seconds that its writes take to the slowest other region. */
    readonly replicationLagSeconds: Known<number>;
}

export interface StatusReport {
    readonly quorum: number;
    readonly writer: Known<string>;
    readonly regions: readonly RegionStatus[];
}

/** Measures replication lag; by region. */
export type LagProbe = (
    tableName: string,
    regions: readonly string[],
) => Promise<Readonly<Record<string, Known<number>>>>;

/** How each region stands. What cannot be asked is `unknown`, with the reason; never an exception. */
export async function status(
    estate: Estate,
    probes: Probes,
    measureLag?: LagProbe,
): Promise<StatusReport> {
    const [votes, outputs] = await Promise.all([readDeployedVotes(estate), globalOutputs(estate)]);
    const lags =
        measureLag !== undefined && outputs.kind === "known"
            ? await measureLag(outputs.value.tableName, regionNames(estate.topology))
            : undefined;
    const regions = await Promise.all(
        regionNames(estate.topology).map((region) =>
            regionStatus(estate, probes, region, votes, outputs, lags?.[region]),
        ),
    );
    return {
        quorum: estate.topology.quorum,
        writer: read(outputs, (global) => global.writer),
        regions,
    };
}

async function regionStatus(
    estate: Estate,
    probes: Probes,
    region: string,
    votes: DeployedVotes,
    outputs: Known<GlobalOutputs>,
    lag: Known<number> | undefined,
): Promise<RegionStatus> {
    const [endpoint, lever, state] = await Promise.all([
        ask(
            outputs,
            (global) => global.healthChecks.endpoint[region],
            (id) => probes.healthOf(id),
        ),
        ask(
            outputs,
            (global) => global.healthChecks.lever[region],
            (id) => probes.healthOf(id),
        ),
        ask(
            outputs,
            (global) => `_state.${region}.${global.applicationName}`,
            (name) => probes.textRecord(name),
        ),
    ]);
    return {
        region,
        endpoint,
        lever,
        votesAgainst: knownVotes(estate, region, votes),
        inService: read(state, (text) => text === "in-service"),
        sharePercent: read(outputs, (global) => global.shares[region] ?? 100),
        replicationLagSeconds:
            lag ??
            (outputs.kind === "known"
                ? {
                      kind: "unknown",
                      reason: "not measured (--lag writes a canary item to measure it)",
                  }
                : outputs),
    };
}

/** Votes that cannot be read only matter when they could be against the region. A reason names its stack. */
function knownVotes(
    estate: Estate,
    region: string,
    votes: DeployedVotes,
): Known<readonly string[]> {
    const reasons = votersFor(region, estate.topology).flatMap((voter) => {
        const of = votes[voter];
        return of?.kind === "unknown" ? [of.reason] : [];
    });
    return reasons.length > 0
        ? { kind: "unknown", reason: reasons.join("; ") }
        : known(votesAgainst(votes, region));
}

async function globalOutputs(estate: Estate): Promise<Known<GlobalOutputs>> {
    try {
        const outputs = await estate.stacks.outputs(globalStack);
        // A stack that was created and never updated has no output at all.
        return outputs === undefined || Object.keys(outputs).length === 0
            ? {
                  kind: "unknown",
                  reason: `stack ${globalStack} is not deployed; deploy it with: meridian deploy`,
              }
            : known(parseGlobalOutputs(globalStack, outputs));
    } catch (error) {
        return { kind: "unknown", reason: messageOf(error) };
    }
}

function read<T, U>(from: Known<T>, pick: (value: T) => U): Known<U> {
    return from.kind === "known" ? known(pick(from.value)) : from;
}

async function ask<T, K, U>(
    from: Known<T>,
    pick: (value: T) => K | undefined,
    probe: (key: K) => Promise<Known<U>>,
): Promise<Known<U>> {
    if (from.kind === "unknown") {
        return from;
    }
    const key = pick(from.value);
    return key === undefined
        ? { kind: "unknown", reason: "the global stack does not export it" }
        : probe(key);
}

/** The report for a person: a table, then the reasons for every `unknown`. */
export function statusText(report: StatusReport): string {
    const table = new Table({
        head: ["region", "endpoint", "votes against", "lever", "in service", "share", "lag"],
        style: { head: [], border: [] },
    });
    const reasons = new Set<string>();
    const cell = <T>(value: Known<T>, text: (value: T) => string): string => {
        if (value.kind === "known") {
            return text(value.value);
        }
        reasons.add(value.reason);
        return "unknown";
    };
    for (const region of report.regions) {
        table.push([
            region.region,
            cell(region.endpoint, String),
            cell(region.votesAgainst, (voters) => `${voters.length}/${report.quorum}`),
            cell(region.lever, String),
            cell(region.inService, (inService) => (inService ? "yes" : "no")),
            cell(region.sharePercent, (percent) => `${percent} %`),
            cell(region.replicationLagSeconds, (seconds) => `${seconds.toFixed(1)} s`),
        ]);
    }
    return [
        table.toString(),
        `who writes: ${cell(report.writer, String)}`,
        ...[...reasons].map((reason) => `unknown: ${reason}`),
    ].join("\n");
}
