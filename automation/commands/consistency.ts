import { z } from "zod";

import {
    conflictProbability,
    consistentAfter,
    exponentialLag,
    measuredLag,
    windowMs,
    WindowInputError,
    writesAtRisk,
    type AtRisk,
    type LagModel,
} from "../../runtime/consistency/window";
import { checked, readYaml } from "../cost/priceTable";
import { AutomationError } from "../errors";

/** Where the lag comes from: said, measured write by write, or a drill's worst. Milliseconds. */
export type LagSource =
    | { readonly kind: "mean"; readonly meanMs: number; readonly floorMs: number }
    | { readonly kind: "measured"; readonly samplesMs: readonly number[] }
    | { readonly kind: "drill"; readonly worstMs: number };

export interface ConsistencyRequest {
    readonly lag: LagSource;
    /** Other replicas that a write goes to. */
    readonly replicas: number;
    /** Times to give the probability for, milliseconds. */
    readonly afterMs: readonly number[];
    /** Writes a second in the region that may be lost. */
    readonly writesPerSecond?: number;
    /** Writes a second of one key in all other regions together. */
    readonly keyWritesPerSecond?: number;
}

/** Probabilities are from 0 to 1, times milliseconds. */
export interface ConsistencyReport {
    readonly lag: LagSource;
    readonly assumes: string;
    readonly meanMs: number;
    readonly replicas: number;
    /** By when a write has arrived with a probability, at one other replica and at all of them. */
    readonly windows: readonly {
        readonly probability: number;
        readonly oneMs: number;
        readonly allMs: number;
    }[];
    /** With what probability it has arrived by a time. */
    readonly after: readonly {
        readonly afterMs: number;
        readonly one: number;
        readonly all: number;
    }[];
    readonly writesPerSecond?: number;
    /** What a sudden loss of the region takes along; absent without a rate. */
    readonly atRisk?: AtRisk;
    readonly keyWritesPerSecond?: number;
    /** Absent without a rate for the key. */
    readonly conflictProbability?: number;
}

const probabilities = [0.5, 0.9, 0.99, 0.999];

/** Computes the window's figures. Pure. @throws AutomationError `usage` for figures that cannot be */
export function consistency(request: ConsistencyRequest): ConsistencyReport {
    try {
        return figures(request);
    } catch (error) {
        if (error instanceof WindowInputError) {
            throw new AutomationError("usage", error.message, { cause: error });
        }
        throw error;
    }
}

function figures(request: ConsistencyRequest): ConsistencyReport {
    const { lag, replicas, writesPerSecond, keyWritesPerSecond } = request;
    const model = modelOf(lag);
    return {
        lag,
        assumes:
            lag.kind === "drill"
                ? "no write is later than the drill's worst, and each is as late: an upper bound"
                : model.assumes,
        meanMs: model.meanMs,
        replicas,
        windows: probabilities.map((probability) => ({
            probability,
            oneMs: windowMs(model, probability),
            allMs: windowMs(model, probability, replicas),
        })),
        after: request.afterMs.map((afterMs) => ({
            afterMs,
            one: consistentAfter(model, afterMs),
            all: consistentAfter(model, afterMs, replicas),
        })),
        ...(writesPerSecond === undefined
            ? {}
            : { writesPerSecond, atRisk: writesAtRisk(model, writesPerSecond, replicas) }),
        ...(keyWritesPerSecond === undefined
            ? {}
            : {
                  keyWritesPerSecond,
                  conflictProbability: conflictProbability(model, keyWritesPerSecond),
              }),
    };
}

function modelOf(lag: LagSource): LagModel {
    switch (lag.kind) {
        case "mean":
            return exponentialLag(lag.meanMs, lag.floorMs);
        case "measured":
            return measuredLag(lag.samplesMs);
        case "drill":
            return measuredLag([lag.worstMs]);
    }
}

/** What the figures cannot know. */
export function consistencyWarnings({ lag }: ConsistencyReport): readonly string[] {
    if (lag.kind !== "measured") {
        return [];
    }
    // The rule of three: no event in n trials leaves a chance of 3/n for each, at 95 % confidence.
    const n = lag.samplesMs.length;
    const percent = Math.min(100, 300 / n);
    return [
        `up to ${Number(percent.toPrecision(2))} % of writes may be later than the largest of ${n} measured lags`,
    ];
}

const drillSchema = z.object({
    schema: z.literal(1, { error: "must be 1, as in a drill.json" }),
    rpo: z.object(
        { worstLagSeconds: z.number({ error: "must be seconds, 0 or more" }).min(0) },
        { error: "must be there: the drill did not get to its end" },
    ),
});

/** The lag in a drill's report. @throws AutomationError `usage` with every problem */
export async function drillLag(file: string): Promise<LagSource> {
    const { rpo } = checked(file, drillSchema, "a drill's report", await readYaml(file));
    return { kind: "drill", worstMs: rpo.worstLagSeconds * 1000 };
}
