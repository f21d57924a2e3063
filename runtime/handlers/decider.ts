import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

import { awsClient } from "../awsClient";
import { readDeciderEvent } from "./alarmEvent";
import { decide } from "./decision";
import { DecisionStore, handlerPatience, type KeptDecision } from "./decisionStore";
import { type DeciderEnvironment, readDeciderEnvironment } from "./environment";

/** What subscribers of the failover and recovery topics receive, as JSON. */
export interface DecisionNotice {
    readonly schema: 1;
    /** Same for every copy of the same decision: receivers may see it more than once. */
    readonly id: string;
    readonly decision: "evacuate" | "recovered";
    /** Region the decision is about. */
    readonly region: string;
    /** Region whose decider speaks. */
    readonly decidedBy: string;
    readonly observers: readonly string[];
    /** ISO 8601. */
    readonly since: string;
    readonly at: string;
    readonly dwellSeconds: number;
    readonly quorum: number;
    readonly mode: DeciderEnvironment["MODE"];
}

/**
 * Runs on every alarm state change that reaches this region and on a tick every minute, because a
 * dwell passes without an event. Safe to run twice and safe to kill anywhere: a decision is kept
 * before it is published, and one that was kept but not published is published by the next run.
 */
export async function handler(event: unknown): Promise<void> {
    const environment = readDeciderEnvironment(process.env);
    const { atMs, signal } = readDeciderEvent(event);
    const store = new DecisionStore(environment.DECISIONS_TABLE, environment.REGION);
    const sns = new SNSClient(awsClient(environment.REGION, handlerPatience));

    if (signal !== undefined && signal.observed !== environment.REGION) {
        await store.keepSignal(signal.observed, {
            observer: signal.observer,
            inAlarm: signal.inAlarm,
            sinceMs: atMs,
        });
    }
    // This region does not judge itself: from inside, a lost region looks like a lost world.
    const others = environment.REGIONS.filter((region) => region !== environment.REGION);
    const results = await Promise.allSettled(
        others.map((region) => review(region, environment, store, sns, atMs)),
    );
    const failures = results.flatMap((result) =>
        result.status === "rejected" ? [result.reason as Error] : [],
    );
    if (failures.length > 0) {
        throw new AggregateError(
            failures,
            `the decider could not finish: ${failures.map((failure) => failure.message).join("; ")}`,
        );
    }
}

async function review(
    region: string,
    environment: DeciderEnvironment,
    store: DecisionStore,
    sns: SNSClient,
    nowMs: number,
): Promise<void> {
    const observers = environment.REGIONS.filter((name) => name !== region);
    const [signals, kept] = await Promise.all([
        store.signals(region, observers),
        store.decision(region),
    ]);
    if (kept?.notice === "pending") {
        await publish(region, kept, environment, store, sns);
    }
    const decision = decide(
        signals,
        kept,
        {
            quorum: environment.QUORUM,
            dwellMs: environment.DWELL_SECONDS * 1000,
            clearMs: environment.CLEAR_SECONDS * 1000,
        },
        nowMs,
    );
    if (decision === undefined) {
        return;
    }
    const next: KeptDecision = {
        ...decision,
        id: `${decision.phase}:${region}:${decision.sinceMs}:${environment.REGION}`,
        atMs: nowMs,
        notice: "pending",
    };
    if (await store.keepDecision(region, next, kept)) {
        await publish(region, next, environment, store, sns);
    }
}

async function publish(
    region: string,
    decision: KeptDecision,
    environment: DeciderEnvironment,
    store: DecisionStore,
    sns: SNSClient,
): Promise<void> {
    const notice: DecisionNotice = {
        schema: 1,
        id: decision.id,
        decision: decision.phase,
        region,
        decidedBy: environment.REGION,
        observers: decision.observers,
        since: new Date(decision.sinceMs).toISOString(),
        at: new Date(decision.atMs).toISOString(),
        dwellSeconds: environment.DWELL_SECONDS,
        quorum: environment.QUORUM,
        mode: environment.MODE,
    };
    const evacuate = decision.phase === "evacuate";
    await sns.send(
        new PublishCommand({
            TopicArn: evacuate ? environment.FAILOVER_TOPIC_ARN : environment.RECOVERY_TOPIC_ARN,
            Subject: `${environment.REGION}: ${evacuate ? "evacuate" : "recovered:"} ${region}`,
            Message: JSON.stringify(notice),
        }),
    );
    await store.markPublished(region, decision.id);
}
