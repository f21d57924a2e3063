import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { healthCheckerRanges } from "./healthCheckerRanges";
import { LockedBucket } from "./lockedBucket";

/** What a region says of another one. */
export type Vote = "in-service" | "evacuate";

export interface VotesArgs {
    readonly region: string;
    readonly accountId: string;
    /** The regions to vote on: every other one. */
    readonly candidates: readonly string[];
    /** By candidate. One that is absent keeps the vote it has, `in-service` to begin with. */
    readonly votes: Readonly<Record<string, Vote>>;
    readonly deletionProtection: boolean;
}

/**
 * What this region says of every other one: a small object each, which Route 53's health checkers
 * read. Changing one is a data-plane write in this region and nothing more.
 *
 * Votes latch: only configuration that names a region moves its vote. An update for any other reason
 * can neither evacuate a region nor bring one back.
 *
 * The objects' names (`votes-<region>`) are known to whoever checks that an update changes a vote
 * and nothing else, so they do not follow the component's.
 */
export class Votes extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    /** Host that serves the objects. */
    readonly host: pulumi.Output<string>;
    /** As deployed, by candidate. */
    readonly votes: pulumi.Output<Record<string, Vote>>;

    constructor(name: string, args: VotesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Votes", name, {}, opts);

        const bucket = new LockedBucket(
            name,
            {
                bucketName: `meridian-votes-${args.region}-${args.accountId}`,
                // Fixed ranges keep S3 from counting the policy as public:
                // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
                statements: (bucketArn) => [
                    {
                        Sid: "HealthCheckersRead",
                        Effect: "Allow",
                        Principal: "*",
                        Action: "s3:GetObject",
                        Resource: pulumi.interpolate`${bucketArn}/votes/*`,
                        Condition: {
                            IpAddress: {
                                "aws:SourceIp": [...healthCheckerRanges],
                            },
                        },
                    },
                ],
                expireOldVersionsAfterDays: 365,
                deletionProtection: args.deletionProtection,
            },
            { parent: this },
        );
        const objects = [...args.candidates].sort().map((candidate) => {
            const vote = args.votes[candidate];
            const object = this.createObject(
                `votes-${candidate}`,
                `votes/${candidate}`,
                vote ?? "in-service",
                bucket.bucketName,
                vote === undefined ? "latched" : "configured",
            );
            return [candidate, object.content] as const;
        });
        // The positive control: whoever cannot read this one could not read a vote either.
        this.createObject(
            "votes-self-test",
            "votes/self-test",
            "evacuate",
            bucket.bucketName,
            "configured",
        );

        this.bucketName = bucket.bucketName;
        this.host = bucket.host;
        this.votes = pulumi.output(Object.fromEntries(objects)) as pulumi.Output<
            Record<string, Vote>
        >;
        this.registerOutputs({
            bucketName: this.bucketName,
            host: this.host,
            votes: this.votes,
        });
    }

    private createObject(
        name: string,
        key: string,
        content: Vote,
        bucket: pulumi.Input<string>,
        owner: "configured" | "latched",
    ): s3.BucketObjectv2 {
        return new s3.BucketObjectv2(
            name,
            { bucket, key, content, contentType: "text/plain", cacheControl: "no-store" },
            // The etag follows the content.
            { parent: this, ignoreChanges: owner === "latched" ? ["content", "etag"] : [] },
        );
    }
}
