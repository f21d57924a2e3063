import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { securityHub } from "../../frameworks";
import { at, list, ofType, read } from "../../support";

interface Config {
    readonly exemptBuckets: readonly Exemption[];
}

/** A bucket's replication, as far as names are known; what is not shows in the update, and is judged there. */
interface Source {
    readonly resource: PolicyResource;
    readonly bucket: string;
    /** Names of the buckets that enabled rules lead to. */
    readonly destinations: ReadonlySet<string>;
    /** Of those, the ones that deletions do not get to. */
    readonly keepDeleted: readonly string[];
}

/**
 * Buckets that are replicated to one another are one bucket to their users: each may be written while
 * another is lost. A bucket that gives nothing back differs from the others ever after. One that only
 * ever receives, and from nobody who exchanges with others, is a backup, and none of this rule's.
 */
export const bucketMesh: StackValidationPolicy = {
    name: "recovery-bucket-replication-both-ways",
    description:
        "Buckets that are replicated to one another must all be, with what is deleted, in both directions.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: securityHub("S3.7"),
    tags: ["recovery", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mrap-create-two-way-replication-rules.html",
    remediationSteps:
        "Give every bucket an enabled rule to each of the others, with deleteMarkerReplication, or name one that only receives under exemptBuckets.",
    configSchema: {
        properties: { exemptBuckets: exemptions("buckets that only receive", []) },
    },
    validateStack: (args, report) => {
        const { exemptBuckets } = args.getConfig<Config>();
        const sources = ofType(
            args.resources,
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        ).flatMap(sourceOf);
        const leads = (from: string, to: string): boolean =>
            sources.some(({ bucket, destinations }) => bucket === from && destinations.has(to));
        for (const { resource, bucket, destinations, keepDeleted } of sources) {
            const say = (message: string): void => report(message, resource.urn);
            const answered = [...destinations].filter((other) => leads(other, bucket));
            for (const other of answered.length === 0 ? [] : destinations) {
                if (!answered.includes(other) && !isExempt(exemptBuckets, other, say)) {
                    report(
                        `bucket ${other} is sent what ${bucket} and others exchange, and sends nothing back; replicate it to ${bucket}, too`,
                        resource.urn,
                    );
                }
            }
            for (const other of keepDeleted.filter((name) => answered.includes(name))) {
                report(
                    `what is deleted in ${bucket} stays in ${other}, and is there again after a failover; enable deleteMarkerReplication`,
                    resource.urn,
                );
            }
        }
    },
};

function sourceOf(resource: PolicyResource): readonly Source[] {
    const bucket = read(() => resource.props["bucket"]);
    if (typeof bucket !== "string") {
        return [];
    }
    const rules = list(() => resource.props["rules"])
        .filter((rule) => read(() => rule["status"]) === "Enabled")
        .flatMap((rule) => {
            const arn = at(rule, "destination.bucket");
            const name = /^arn:[^:]*:s3:::(.+)$/.exec(typeof arn === "string" ? arn : "")?.[1];
            return name === undefined
                ? []
                : [{ name, keeps: at(rule, "deleteMarkerReplication.status") === "Disabled" }];
        });
    return [
        {
            resource,
            bucket,
            destinations: new Set(rules.map(({ name }) => name)),
            keepDeleted: rules.filter(({ keeps }) => keeps).map(({ name }) => name),
        },
    ];
}
