import { recoveredAt } from "./curve";
import type {
    ConflictReading,
    DatabaseReading,
    EdgeReading,
    ObjectCopies,
    SecretReading,
    ShopperSample,
    StreamReading,
    WriteVerification,
} from "../rehearsal";
import type { Objectives } from "./objectives";
import type { RpoFigures, RtoFigures } from "./report";
import type { Timeline } from "./rto";
import { boundPathOf, type Scenario } from "./scenario";

/** A measured figure in world seconds, or why there is none. */
export type Figure =
    { readonly seconds: number; readonly detail?: string } | { readonly reason: string };

/** What became of one system of the estate when the region was lost. */
export interface SystemFigures {
    readonly system: string;
    /** What registers it. */
    readonly component: string;
    readonly happened: string;
    /** From the fault until it did its work without the region, for good. */
    readonly rto: Figure;
    /** What a region that never came back would have taken with it. */
    readonly rpo: Figure;
    /** Whether it did its work again at the end of the hold. */
    readonly back: boolean;
}

/** Replication as it was when the region was lost. */
export interface AtFault {
    /** World seconds that it was behind at worst in the minute before. */
    readonly lagSeconds: number;
    /** What the region had and no other one yet. */
    readonly onlyThere: number;
}

export interface CacheHits {
    readonly before: number | undefined;
    readonly without: number | undefined;
}

/** Payments, and the database that they are kept in. */
export interface PaymentInputs {
    readonly samples: readonly ShopperSample[];
    /** World seconds that a copy was behind the writer at worst in the minute before the fault. */
    readonly lagSeconds: number;
    /** From the fault to the end of the hold. */
    readonly database: DatabaseReading;
    /** Of every acknowledged payment, after the failback. */
    readonly kept: WriteVerification;
}

/** Profiles, which their homes' regions alone write. */
export interface ProfileInputs {
    /** Their changes. */
    readonly samples: readonly ShopperSample[];
    /** Of every acknowledged change, after the failback, in every region. */
    readonly kept: WriteVerification;
}

export interface SystemInputs {
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly timeline: Timeline;
    readonly rto: RtoFigures;
    readonly rpo: RpoFigures;
    /** Of the clients that go by DNS. */
    readonly samples: readonly ShopperSample[];
    /** Of the clients that go by the accelerator. */
    readonly direct: readonly ShopperSample[];
    /** Of those who look around at the edge. */
    readonly looks: readonly ShopperSample[];
    /** From the fault to the end of the hold. */
    readonly edges: EdgeReading;
    /** Of the buckets, with what became of their copies from the steady state to the end. */
    readonly objects: AtFault & { readonly copies: ObjectCopies };
    /** Of the order events, with what became of them from the beginning to the end. */
    readonly events: AtFault & { readonly streams: StreamReading };
    readonly payments: PaymentInputs;
    readonly profiles: ProfileInputs;
    /** Of the replicas, when the region was lost. */
    readonly secrets: SecretReading;
    /** Of the table, from the beginning to the end. */
    readonly conflicts: ConflictReading;
    /** Percent of lookups that found something, by survivor: before the fault, and while the region was out. */
    readonly cacheHits: Readonly<Record<string, CacheHits>>;
}

const noData: Figure = { reason: "holds no data" };

/** A row for every system, in the order in which a request meets them. Pure. */
export function systemFigures(inputs: SystemInputs): readonly SystemFigures[] {
    return [
        dns,
        edge,
        accelerator,
        service,
        tables,
        homes,
        aurora,
        caches,
        buckets,
        streams,
        secrets,
        notices,
    ].map((row) => row(inputs));
}

/** Names of the systems that did not do their work again. */
export function systemsNotBack(systems: readonly SystemFigures[]): readonly string[] {
    return systems.filter(({ back }) => !back).map(({ system }) => system);
}

function dns({ scenario, timeline }: SystemInputs): SystemFigures {
    return {
        system: "Route 53",
        component: "RoutingPolicy",
        happened:
            boundPathOf(scenario) === "votes"
                ? `the survivors' votes took ${scenario.region} out of every answer`
                : `${scenario.region}'s own health check took it out of every answer; votes kept it out`,
        rto: { seconds: (timeline.outMs - timeline.faultMs) / 1000 },
        rpo: noData,
        back: true,
    };
}

function edge({ looks, edges, objectives, timeline }: SystemInputs): SystemFigures {
    const { retried, stale, failed } = edges.byOutcome;
    return {
        system: "CloudFront",
        component: "Edge",
        happened: `${retried} of ${edges.requests} reads answered by the second origin, ${stale} from the cache, ${failed} failed`,
        ...usersBack(looks, timeline, objectives),
        rpo: noData,
    };
}

function accelerator({ scenario, objectives, timeline, direct }: SystemInputs): SystemFigures {
    return {
        system: "Global Accelerator",
        component: "Accelerator",
        happened:
            scenario.fault === "gray"
                ? "its targets stayed healthy: settling set the region's dial to 0"
                : "its nearest clients were sent on to the next region",
        ...usersBack(direct, timeline, objectives),
        rpo: noData,
    };
}

/** When those who used it were well for good. */
function usersBack(
    samples: readonly ShopperSample[],
    { faultMs, holdEndMs }: Timeline,
    { errors }: Objectives,
): Pick<SystemFigures, "rto" | "back"> {
    if (!samples.some((sample) => sample.atMs >= faultMs && sample.atMs < holdEndMs)) {
        return { rto: { reason: "nobody used it" }, back: false };
    }
    const recoveredMs = recoveredAt(samples, faultMs, holdEndMs, {
        windowMs: errors.windowSeconds * 1000,
        outageRatio: errors.outagePercent / 100,
    });
    return recoveredMs === undefined
        ? { rto: { reason: "its users still failed at the end" }, back: false }
        : { rto: { seconds: (recoveredMs - faultMs) / 1000 }, back: true };
}

function service({ rto }: SystemInputs): SystemFigures {
    return {
        system: "Load balancers, ECS",
        component: "Region",
        happened: "the others carried its users with the tasks they had",
        rto: { seconds: rto.worldSeconds },
        rpo: noData,
        back: true,
    };
}

/** Nothing is promoted: the survivors' replicas take writes all along. */
function tables(inputs: SystemInputs): SystemFigures {
    const { scenario, timeline, samples, rpo } = inputs;
    const { conflicts: crossed, valuesLost, takesReturned } = inputs.conflicts;
    const arriving = samples.filter((sample) => sample.arriving === true).length;
    return {
        system: "DynamoDB",
        component: "GlobalTable",
        happened: `the survivors' replicas went on taking writes; ${crossed} crossed, ${crossed - valuesLost} of them merged; ${takesReturned} reservations made twice and given back; ${arriving} carts and profiles read on their way`,
        rto: {
            seconds: longestPause(samples, scenario.region, timeline),
            detail: "longest pause of answers by survivors",
        },
        rpo: {
            seconds: rpo.worstLagSeconds,
            detail: `${rpo.lostWrites} of ${rpo.acknowledgedWrites} writes lost`,
        },
        back: true,
    };
}

/** A home that the region kept is taken over: until then, its items are read and not written. */
function homes({ scenario, profiles, objectives, timeline, rpo }: SystemInputs): SystemFigures {
    const { samples, kept } = profiles;
    const { faultMs, outMs, holdEndMs } = timeline;
    const between = (fromMs: number, toMs: number): readonly ShopperSample[] =>
        samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const shareOf = (some: readonly ShopperSample[]): string => {
        const taken = some.filter(({ ok }) => ok);
        return `${taken.filter(({ region }) => region === scenario.region).length} of ${taken.length}`;
    };
    const during = between(faultMs, holdEndMs);
    return {
        system: "DynamoDB, homes",
        component: "HomeKeeping",
        happened: `${scenario.region} took ${shareOf(between(0, faultMs))} changes of profiles before the fault, ${shareOf(between(outMs, holdEndMs))} once it was out; ${during.filter(({ ok }) => !ok).length} of ${during.length} were not taken`,
        ...usersBack(samples, timeline, objectives),
        rpo: {
            seconds: rpo.worstLagSeconds,
            detail: `${kept.lost} of ${kept.acknowledged} changes of profiles lost in any region`,
        },
    };
}

/** One region writes: whoever pays waits until the writer is where the region's loss leaves it alone. */
function aurora({ payments, objectives, timeline }: SystemInputs): SystemFigures {
    const { samples, database, kept, lagSeconds } = payments;
    const users = usersBack(samples, timeline, objectives);
    const moves = database.changes.map(({ from, to, fromMs, toMs }) => {
        const seconds = ((toMs - fromMs) / 1000).toFixed(1);
        return from === to
            ? `its writer stayed in ${to} after ${seconds} s without one`
            : `its writer moved from ${from} to ${to} in ${seconds} s`;
    });
    const { acknowledged, lost, unverified } = kept;
    return {
        system: "Aurora",
        component: "GlobalDatabase, GlobalWriter",
        happened: moves.length === 0 ? "its writer stayed where it was" : moves.join(", "),
        ...users,
        rpo: {
            seconds: lagSeconds,
            detail: [
                `${lost} of ${acknowledged} payments lost`,
                ...(unverified === 0 ? [] : [`${unverified} could not be read back`]),
                `${database.lostTransactions} transactions left behind`,
            ].join(", "),
        },
        back: users.back && unverified === 0,
    };
}

/** Nothing is promoted either: each region reads and writes its own buckets. */
function buckets({ scenario, objects }: SystemInputs): SystemFigures {
    const { replicated, missedThreshold, lost } = objects.copies;
    return {
        system: "S3 replication",
        component: "BucketReplication",
        happened: `copies to ${scenario.region} waited for it: ${replicated} arrived by the end, ${missedThreshold} of them late`,
        rto: { reason: "the survivors read and write their own buckets" },
        rpo: {
            seconds: objects.lagSeconds,
            detail: `${objects.onlyThere} objects only in ${scenario.region} at the fault, ${lost} lost`,
        },
        back: lost === 0,
    };
}

/** A cache is never needed: a lookup that finds nothing costs a read of the table. */
function caches({ cacheHits }: SystemInputs): SystemFigures {
    const percent = (one: number | undefined): string =>
        one === undefined ? "none" : `${one.toFixed(0)} %`;
    const rates = Object.entries(cacheHits).map(
        ([region, { before, without }]) => `${region} ${percent(before)} to ${percent(without)}`,
    );
    return {
        system: "ElastiCache",
        component: "GlobalCache",
        happened: `hits with and without the region: ${rates.join(", ")}`,
        rto: { reason: "reads go on to the table" },
        rpo: { reason: "holds copies" },
        back: Object.values(cacheHits).some(({ without }) => without !== undefined),
    };
}

/** A replicator per target: what is for a lost region waits, and nothing else does. */
function streams({ scenario, events }: SystemInputs): SystemFigures {
    const { emitted, received, pending, givenUp } = events.streams;
    return {
        system: "Kinesis",
        component: "EventReplication",
        happened: `${emitted} events emitted, ${received} received elsewhere, ${givenUp} given up, ${pending} under way at the end`,
        rto: { reason: "each region reads its own stream" },
        rpo: {
            seconds: events.lagSeconds,
            detail: `${events.onlyThere} events only in ${scenario.region} at the fault`,
        },
        back: emitted > 0 && received > 0 && givenUp === 0,
    };
}

/** One secret for all regions, and a copy of it in each: what one of them signs is good in the others. */
function secrets({ samples, secrets, timeline }: SystemInputs): SystemFigures {
    const shown = samples.flatMap(({ atMs, receipt, region }) =>
        receipt !== undefined && atMs >= timeline.faultMs ? [{ ...receipt, region }] : [],
    );
    const refused = shown.filter(({ honoured }) => !honoured);
    const moved = shown.filter(({ issuedBy, region }) => issuedBy !== region);
    return {
        system: "Secrets Manager",
        component: "ReceiptKeys",
        happened: `${shown.length - refused.length} of ${shown.length} receipts honoured, ${moved.length} of them shown to another region than had issued them`,
        rto: { reason: "each region reads its own copy" },
        rpo: {
            seconds: secrets.worstLagSeconds,
            detail: `${secrets.behind} of ${secrets.replicas} copies behind at the fault`,
        },
        back: shown.length > 0 && refused.length === 0,
    };
}

function notices({ timeline }: SystemInputs): SystemFigures {
    return {
        system: "CloudWatch, EventBridge, Lambda, SNS",
        component: "FailoverAutomation",
        happened: "observers alarmed, deciders agreed, the person on call was told",
        rto: {
            seconds: (timeline.decidedMs - timeline.faultMs) / 1000,
            detail: "from the fault to the notice",
        },
        rpo: { reason: "latched decisions, one per region" },
        back: true,
    };
}

/** World seconds of the longest time in which no survivor answered anybody well. */
function longestPause(
    samples: readonly ShopperSample[],
    impaired: string,
    { faultMs, holdEndMs }: Timeline,
): number {
    const answered = samples
        .filter(({ ok, region }) => ok && region !== undefined && region !== impaired)
        .map(({ atMs }) => atMs)
        .filter((atMs) => atMs >= faultMs && atMs < holdEndMs)
        .sort((a, b) => a - b);
    let [lastMs, longestMs] = [faultMs, 0];
    for (const atMs of [...answered, holdEndMs]) {
        longestMs = Math.max(longestMs, atMs - lastMs);
        lastMs = atMs;
    }
    return longestMs / 1000;
}
