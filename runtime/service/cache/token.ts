import type { DynamoDBClientResolvedConfig } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

/** What an SDK client signs with. */
export type Signing = Pick<DynamoDBClientResolvedConfig, "credentials" | "sha256">;

export interface TokenTarget {
    readonly region: string;
    /** Id of the replication group, in lower case. */
    readonly cacheId: string;
    readonly user: string;
    /** When it is signed. @default now */
    readonly at?: Date;
}

/** Longest life that ElastiCache allows. */
const lifeSeconds = 900;

/**
 * A password for one connection to a cache: a presigned request to connect, made from the task's own
 * credentials without asking anybody. There is no secret to keep, to rotate or to lose.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export async function cacheToken(target: TokenTarget, signing: Signing): Promise<string> {
    const signer = new SignatureV4({
        service: "elasticache",
        region: target.region,
        credentials: signing.credentials,
        sha256: signing.sha256,
    });
    const { query = {} } = await signer.presign(
        {
            method: "GET",
            protocol: "http:",
            hostname: target.cacheId,
            path: "/",
            query: { Action: "connect", User: target.user },
            headers: { host: target.cacheId },
        },
        { expiresIn: lifeSeconds, signingDate: target.at ?? new Date() },
    );
    const parameters = Object.entries(query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
    );
    return `${target.cacheId}/?${parameters.join("&")}`;
}
