import { DynamoDBClient, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";

import { awsClient } from "../awsClient";
import { Caller } from "../store/calls/caller";
import { sleep, systemClock } from "../store/calls/clock";
import { Replica } from "../store/calls/replica";
import { LogCatchUp } from "../store/homes/catchUp";
import { HomeKeeper, type HomeEvent } from "../store/homes/homeKeeper";
import { OwnerRecords } from "../store/homes/ownerRecord";
import { defaultLeaseTimes } from "../store/homes/votes";
import { readHomeKeeperEnvironment, type HomeKeeperEnvironment } from "./environment";
import { StateVotes } from "./stateVotes";

/** A run begins no round after this, milliseconds: the next run, a minute later, finds its last lease lasting. */
const runMs = 55_000;
/** Three rounds in a lease: two may fail before it is lost. */
const roundMs = defaultLeaseTimes.leaseMs / 3;

let keeper: HomeKeeper | undefined;
let lastRoundMs = -Infinity;

/**
 * Keeps the region's leases on homes for a minute: renews, takes over, gives back. It is a function and no part
 * of the storefront because it has to ask the other regions, to which tasks have no way; and because one for
 * each region is enough.
 *
 * A round that fails is told of and the next one tried: leases that are not renewed end by themselves.
 *
 * @throws Error when the last round could do nothing at all
 */
export async function handler(): Promise<void> {
    const environment = readHomeKeeperEnvironment(process.env);
    const endMs = Date.now() + runMs;
    for (;;) {
        const startedMs = Date.now();
        const problems = await round(environment, startedMs);
        const nextMs = startedMs + roundMs;
        if (nextMs >= endMs) {
            if (problems.length === environment.REGIONS.length) {
                throw new Error(`no home could be kept: ${problems[0] ?? ""}`);
            }
            return;
        }
        await sleep(systemClock, nextMs - Date.now());
    }
}

/** One look at every home. @returns what could not be done */
async function round(environment: HomeKeeperEnvironment, nowMs: number): Promise<string[]> {
    if (keeper === undefined || nowMs - lastRoundMs > defaultLeaseTimes.staleMs) {
        // Votes may have come and gone while nobody looked: since when a region is out has to be seen anew.
        keeper = keeperOf(environment);
    }
    const problems = await keeper.tick();
    lastRoundMs = Date.now();
    const told: string[] = [];
    for (const [home, problem] of problems) {
        // Tables come after the regions that use them: until then there is nothing to keep.
        if (!(problem instanceof ResourceNotFoundException)) {
            console.error(`home ${home} was not kept: ${String(problem)}`);
            told.push(String(problem));
        }
    }
    return told;
}

function keeperOf({ REGION, REGIONS, TABLE_NAME, STATE_NAMES }: HomeKeeperEnvironment): HomeKeeper {
    const caller = new Caller(systemClock, Math.random);
    const replicas = [REGION, ...REGIONS.filter((region) => region !== REGION)].map(
        (region) =>
            new Replica(
                region,
                TABLE_NAME,
                // Once, because `Caller` repeats, and has to know of every attempt.
                new DynamoDBClient(
                    awsClient(region, { connectMs: 500, answerMs: 1000, attempts: 1 }),
                ),
            ),
    );
    return new HomeKeeper({
        region: REGION,
        records: replicas.map((replica) => new OwnerRecords(replica, caller)),
        homes: [...REGIONS].sort(),
        votes: new StateVotes(STATE_NAMES),
        clock: systemClock,
        times: defaultLeaseTimes,
        catchUp: new LogCatchUp(replicas[0] as Replica, replicas, caller, systemClock),
        onEvent: (event) => console.log(lineOf(event)),
    });
}

function lineOf({ kind, home, term, reason, takenFrom }: HomeEvent): string {
    const lost =
        takenFrom === undefined
            ? ""
            : `; of what ${takenFrom.region} acknowledged in epoch ${takenFrom.term}, some may not have arrived`;
    return `home ${home} ${kind} in epoch ${term}: ${reason}${lost}`;
}
