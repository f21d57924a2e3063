import * as z from "zod";

const seconds = z.coerce.number().int().min(0).max(3600);
const regionList = z
    .string()
    .min(1)
    .transform((text) => text.split(",").map((name) => name.trim()))
    .refine((names) => new Set(names).size === names.length && names.length >= 2, {
        message: "must name at least two regions, each once",
    });

const jsonText = z.string().transform((text, context) => {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        context.addIssue({ code: "custom", message: "must be JSON" });
        return z.NEVER;
    }
});

const observerSchema = z.object({
    REGION: z.string().min(1),
    /** JSON object: observed region to the origin its probes go to. */
    TARGETS: jsonText.pipe(z.record(z.string(), z.url({ protocol: /^https$/ }))),
    /** Probes per target and run. */
    PROBES: z.coerce.number().int().min(1).max(50),
});

const deciderSchema = z.object({
    REGION: z.string().min(1),
    REGIONS: regionList,
    /** How many regions must observe the same failure. */
    QUORUM: z.coerce.number().int().min(1),
    /** How long each of them must have seen it. */
    DWELL_SECONDS: seconds,
    /** How long the failure must be gone before a recovery is announced. */
    CLEAR_SECONDS: seconds,
    DECISIONS_TABLE: z.string().min(3),
    FAILOVER_TOPIC_ARN: z.string().startsWith("arn:"),
    RECOVERY_TOPIC_ARN: z.string().startsWith("arn:"),
    /** `alert` tells people. A mode that casts this region's own vote is the next step. */
    MODE: z.enum(["alert"]),
});

const replicatorSchema = z.object({
    /** Region of the stream that is read; only events of this origin are replicated. */
    REGION: z.string().min(1),
    TARGET_REGION: z.string().min(1),
    /** The stream's name, the same in every region. */
    STREAM_NAME: z.string().min(1),
});

const consumerSchema = z.object({
    REGION: z.string().min(1),
    ACTIVITY_TABLE: z.string().min(3),
    DEAD_LETTER_QUEUE_URL: z.url({ protocol: /^https$/ }),
});

const conflictDetectorSchema = z.object({
    /** Region of the stream that is read. */
    REGION: z.string().min(1),
    /** Every region that has the table. */
    REGIONS: regionList,
    TABLE_NAME: z.string().min(3),
    DEAD_LETTER_QUEUE_URL: z.url({ protocol: /^https$/ }),
});

const homeKeeperSchema = z.object({
    REGION: z.string().min(1),
    /** Every region that has the table: each has a home. */
    REGIONS: regionList,
    TABLE_NAME: z.string().min(3),
    /** JSON object: region to the DNS name whose TXT record says `in-service` or `evacuated`. */
    STATE_NAMES: jsonText.pipe(z.record(z.string(), z.string().min(1))),
});

const rotatorSchema = z.object({ REGION: z.string().min(1) });

export type ConflictDetectorEnvironment = z.infer<typeof conflictDetectorSchema>;
export type HomeKeeperEnvironment = z.infer<typeof homeKeeperSchema>;
export type RotatorEnvironment = z.infer<typeof rotatorSchema>;
export type ReplicatorEnvironment = z.infer<typeof replicatorSchema>;
export type ConsumerEnvironment = z.infer<typeof consumerSchema>;
export type ObserverEnvironment = z.infer<typeof observerSchema>;
export type DeciderEnvironment = z.infer<typeof deciderSchema>;

export function readObserverEnvironment(variables: NodeJS.ProcessEnv): ObserverEnvironment {
    return read("observer", observerSchema, variables);
}

export function readDeciderEnvironment(variables: NodeJS.ProcessEnv): DeciderEnvironment {
    return read("decider", deciderSchema, variables);
}

export function readReplicatorEnvironment(variables: NodeJS.ProcessEnv): ReplicatorEnvironment {
    return read("replicator", replicatorSchema, variables);
}

export function readRotatorEnvironment(variables: NodeJS.ProcessEnv): RotatorEnvironment {
    return read("rotator", rotatorSchema, variables);
}

export function readConsumerEnvironment(variables: NodeJS.ProcessEnv): ConsumerEnvironment {
    return read("consumer", consumerSchema, variables);
}

export function readConflictDetectorEnvironment(
    variables: NodeJS.ProcessEnv,
): ConflictDetectorEnvironment {
    return read("conflict detector", conflictDetectorSchema, variables);
}

export function readHomeKeeperEnvironment(variables: NodeJS.ProcessEnv): HomeKeeperEnvironment {
    return read("home keeper", homeKeeperSchema, variables);
}

function read<T>(handler: string, schema: z.ZodType<T>, variables: NodeJS.ProcessEnv): T {
    const result = schema.safeParse(variables);
    if (result.success) {
        return result.data;
    }
    const problems = result.error.issues.map(
        (issue) =>
            `  - ${issue.path.join(".")}: ${issue.message}, got ${JSON.stringify(variables[String(issue.path[0])])}`,
    );
    throw new Error(
        `the ${handler}'s environment is not what its stack declares:\n${problems.join("\n")}`,
    );
}
