import { z } from "zod";

import { waitFor, type Deployed, type DrillContext } from "./context";

// The decider's message, as far as the person on call reads it.
const noticeSchema = z.object({
    schema: z.literal(1),
    decision: z.enum(["evacuate", "recovered"]),
    region: z.string(),
    observers: z.array(z.string()),
    since: z.union([z.string(), z.number()]),
});

/** The first word of a decision to evacuate. */
export interface Notice {
    /** Region whose decider sent it. */
    readonly from: string;
    readonly observers: readonly string[];
    /** When the quorum formed, world milliseconds. */
    readonly sinceMs: number;
    /** When it was received. */
    readonly atMs: number;
}

/** Waits on every survivor's failover topic for the decision, as a subscribed person would. */
export async function awaitDecision(context: DrillContext, deployed: Deployed): Promise<Notice> {
    const { rehearsal, scenario } = context;
    const topics = new Map(
        Object.entries(deployed.regions)
            .filter(([region]) => region !== scenario.region)
            .map(([region, outputs]) => [outputs.failoverTopicArn, region]),
    );
    let notice: Notice | undefined;
    const listener = (event: {
        readonly topicArn: string;
        readonly message: string;
        readonly atMs: number;
    }): void => {
        const from = topics.get(event.topicArn);
        const parsed = from === undefined ? undefined : parse(event.message);
        if (
            from !== undefined &&
            parsed?.decision === "evacuate" &&
            parsed.region === scenario.region
        ) {
            notice ??= {
                from,
                observers: parsed.observers,
                sinceMs: new Date(parsed.since).getTime(),
                atMs: event.atMs,
            };
        }
    };
    rehearsal.events.on("message", listener);
    try {
        await waitFor(
            context,
            () => notice !== undefined,
            () =>
                `no decider told to evacuate ${scenario.region}; ${observersIn(context, deployed)}`,
            "users wait",
        );
    } finally {
        rehearsal.events.off("message", listener);
    }
    return notice as Notice;
}

function parse(message: string): z.infer<typeof noticeSchema> | undefined {
    try {
        return noticeSchema.parse(JSON.parse(message));
    } catch {
        return undefined;
    }
}

function observersIn(context: DrillContext, deployed: Deployed): string {
    return Object.entries(deployed.regions)
        .flatMap(([region, outputs]) => {
            const name = outputs.observerAlarms[context.scenario.region];
            return name === undefined
                ? []
                : [`${region} says ${context.rehearsal.alarmState(region, name) ?? "nothing"}`];
        })
        .join(", ");
}
