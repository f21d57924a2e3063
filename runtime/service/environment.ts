import { z } from "zod";

/** What the ECS task definition declares; nothing else configures the storefront. */
const schema = z.object({
    PORT: z.coerce.number().int().min(1).max(65535),
    REGION: z.string().min(1),
    /** Every region that serves, comma-separated: stock is shared out among them. */
    REGIONS: z
        .string()
        .min(1)
        .transform((text) => text.split(",").map((name) => name.trim())),
    TABLE_NAME: z.string().min(3),
    /** Bucket of this region with the products' pictures. */
    MEDIA_BUCKET: z.string().min(3),
    /** Bucket of this region that orders are archived in. */
    ORDERS_BUCKET: z.string().min(3),
    /** Stream of this region that events are emitted to. */
    EVENT_STREAM: z.string().min(1),
    /** DNS name whose TXT record says `in-service` or `evacuated` for this region. */
    STATE_NAME: z.string().min(1),
    /** DNS name whose CNAME is the endpoint of this region's cache; it need not exist yet. */
    CACHE_NAME: z.string().min(1),
    /** Id of the cache's replication group, which the task's identity may connect to. */
    CACHE_ID: z.string().min(1),
    /** The cache's user, whose id is its name. */
    CACHE_USER: z.string().min(1),
    /** DNS names whose CNAMEs are the endpoints of this region's database cluster; they need not exist yet. */
    DATABASE_WRITER: z.string().min(1),
    DATABASE_READER: z.string().min(1),
    DATABASE: z.string().min(1),
    /** Who signs in to the database, by IAM. */
    DATABASE_USER: z.string().min(1),
    /** Host name that leads to the region that writes the database. */
    WRITE_NAME: z.string().min(1),
    /** Host name that leads to one region and no other, with `*` in the region's place. */
    REGION_HOST: z.string().regex(/^[^*]*\*[^*]*$/, "must have one * in the place of the region"),
    /** Secret with the keys of receipts, of which this region has a copy; it need not exist yet. */
    RECEIPT_KEYS: z.string().min(1),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
});

export type Environment = z.infer<typeof schema>;

/** Reads the environment; throws one error that lists every problem. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
    const result = schema.safeParse(variables);
    if (result.success) {
        return result.data;
    }
    const problems = result.error.issues.map(
        (issue) =>
            `  - ${issue.path.join(".")}: ${issue.message}, got ${JSON.stringify(variables[String(issue.path[0])])}`,
    );
    throw new Error(
        `the storefront's environment is not what the task definition promises:\n${problems.join("\n")}`,
    );
}
