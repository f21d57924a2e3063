import type { DynamoDBClientResolvedConfig } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

/** What an SDK client signs with. */
export type Signing = Pick<DynamoDBClientResolvedConfig, "credentials" | "sha256">;

export interface TokenTarget {
    /** Name that IAM knows the service by. */
    readonly service: "elasticache" | "rds-db";
    readonly region: string;
    /** What the token is for: a replication group's id, or a cluster endpoint with its port. */
    readonly host: string;
    /** Parameter that names the user. */
    readonly userParameter: "User" | "DBUser";
    readonly user: string;
    /** When it is signed. @default now */
    readonly at?: Date | undefined;
}

/** Longest life that AWS allows. */
const lifeSeconds = 900;

/**
 * A password for one connection: a presigned request to connect, made from the task's own credentials
 * without asking anybody. There is no secret to keep, to rotate or to lose.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
 */
export async function connectToken(target: TokenTarget, signing: Signing): Promise<string> {
    const signer = new SignatureV4({
        service: target.service,
        region: target.region,
        credentials: signing.credentials,
        sha256: signing.sha256,
    });
    const { query = {} } = await signer.presign(
        {
            method: "GET",
            protocol: "https:",
            hostname: target.host,
            path: "/",
            query: { Action: "connect", [target.userParameter]: target.user },
            headers: { host: target.host },
        },
        { expiresIn: lifeSeconds, signingDate: target.at ?? new Date() },
    );
    const parameters = Object.entries(query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
    );
    return `${target.host}/?${parameters.join("&")}`;
}

export interface CacheTokenTarget {
    readonly region: string;
    /** Id of the replication group, in lower case. */
    readonly cacheId: string;
    readonly user: string;
    /** When it is signed. @default now */
    readonly at?: Date;
}

/** A token for a region's cache. */
export function cacheToken(target: CacheTokenTarget, signing: Signing): Promise<string> {
    const { region, cacheId, user, at } = target;
    const userParameter = "User";
    return connectToken(
        { service: "elasticache", region, host: cacheId, userParameter, user, at },
        signing,
    );
}
