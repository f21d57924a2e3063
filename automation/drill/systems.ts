import { recoveredAt } from "./curve";
import type { ShopperSample } from "../rehearsal";
import type { Objectives } from "./objectives";
import type { RpoFigures, RtoFigures } from "./report";
import type { Timeline } from "./rto";
import type { Scenario } from "./scenario";

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
}

const noData: Figure = { reason: "holds no data" };

/** A row for every system, in the order in which a request meets them. Pure. */
export function systemFigures(inputs: SystemInputs): readonly SystemFigures[] {
    return [dns(inputs), accelerator(inputs), service(inputs), tables(inputs), notices(inputs)];
}

/** Names of the systems that did not do their work again. */
export function systemsNotBack(systems: readonly SystemFigures[]): readonly string[] {
    return systems.filter(({ back }) => !back).map(({ system }) => system);
}

function dns({ scenario, timeline }: SystemInputs): SystemFigures {
    return {
        system: "Route 53",
        component: "RoutingPolicy",
        happened: `the survivors' votes took ${scenario.region} out of every answer`,
        rto: { seconds: (timeline.outMs - timeline.faultMs) / 1000 },
        rpo: noData,
        back: true,
    };
}

function accelerator({ scenario, objectives, timeline, direct }: SystemInputs): SystemFigures {
    const { faultMs, holdEndMs } = timeline;
    const asked = direct.some((sample) => sample.atMs >= faultMs && sample.atMs < holdEndMs);
    const recoveredMs = asked
        ? recoveredAt(direct, faultMs, holdEndMs, {
              windowMs: objectives.errors.windowSeconds * 1000,
              outageRatio: objectives.errors.outagePercent / 100,
          })
        : undefined;
    return {
        system: "Global Accelerator",
        component: "Accelerator",
        happened:
            scenario.fault === "gray"
                ? "its targets stayed healthy: settling set the region's dial to 0"
                : "its nearest clients were sent on to the next region",
        rto:
            recoveredMs === undefined
                ? { reason: asked ? "its clients still failed at the end" : "nobody used it" }
                : { seconds: (recoveredMs - faultMs) / 1000 },
        rpo: noData,
        back: recoveredMs !== undefined,
    };
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
function tables({ scenario, timeline, samples, rpo }: SystemInputs): SystemFigures {
    return {
        system: "DynamoDB",
        component: "GlobalTable",
        happened: "the survivors' replicas went on taking writes",
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

function notices({ rto }: SystemInputs): SystemFigures {
    return {
        system: "CloudWatch, EventBridge, Lambda, SNS",
        component: "FailoverAutomation",
        happened: "observers alarmed, deciders agreed, the person on call was told",
        rto: { seconds: rto.detect + rto.decide, detail: "from the fault to the notice" },
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
