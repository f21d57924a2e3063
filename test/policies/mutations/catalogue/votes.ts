import { both, type Mutation, replacing, set, unconditional, without } from "../mutation";

const stack = "eu-west-1";
const object = "s3/bucketObjectv2";
const check = "route53/healthCheck";

/** The votes of a region: what stands, and what an evacuation writes. */
export const voteMutations: readonly Mutation[] = [
    {
        what: "one vote is enough to evacuate",
        stack: "global",
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 5),
        caughtBy: ["votes-quorum"],
    },
    {
        what: "it takes all three votes to evacuate",
        stack: "global",
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 3),
        caughtBy: ["votes-quorum"],
    },
    {
        what: "a region's vote is not counted",
        stack: "global",
        change: both(
            without(check, "vote-eu-west-1-us-east-1"),
            set(check, "in-service-us-east-1", "childHealthchecks", (children: unknown) =>
                (children as string[]).filter((id) => id !== "vote-eu-west-1-us-east-1-id"),
            ),
        ),
        caughtBy: ["votes-pairs", "votes-quorum"],
    },
    {
        what: "a region that does not answer counts no more than a vote",
        stack: "global",
        change: both(
            without(check, "endpoint-us-east-1-copy2"),
            set(check, "in-service-us-east-1", "childHealthThreshold", 3),
            set(check, "in-service-us-east-1", "childHealthchecks", (children: unknown) =>
                (children as string[]).filter((id) => id !== "endpoint-us-east-1-copy2-id"),
            ),
        ),
        caughtBy: ["votes-quorum"],
    },
    {
        what: "another region that does not answer counts as a vote",
        stack: "global",
        change: set(
            check,
            "endpoint-us-east-1-copy2",
            "fqdn",
            "meridian-load-balancer-123.eu-west-1.elb.amazonaws.com",
        ),
        caughtBy: ["votes-quorum"],
    },
    {
        what: "whether a region is in service follows another sum",
        stack: "global",
        change: set(check, "in-service-us-east-1", "childHealthchecks", (children: unknown) => [
            ...(children as string[]).slice(1),
            "in-service-eu-west-1-id",
        ]),
        caughtBy: ["health-calculated-children", "votes-quorum"],
    },
    {
        what: "a vote is counted the other way round",
        stack: "global",
        change: set(check, "vote-eu-west-1-us-east-1", "invertHealthcheck", false),
        caughtBy: ["health-check-thresholds", "votes-pairs"],
    },
    {
        what: "a vote is read for another word",
        stack: "global",
        change: set(check, "vote-eu-west-1-us-east-1", "searchString", "out-of-service"),
        caughtBy: ["votes-pairs"],
    },
    {
        what: "a vote is read in another region's bucket",
        stack: "global",
        change: set(
            check,
            "vote-eu-west-1-us-east-1",
            "fqdn",
            "meridian-votes-ap-south-1-111122223333.s3.ap-south-1.amazonaws.com",
        ),
        caughtBy: ["votes-pairs"],
    },
    {
        what: "a vote about one region is read as one about another",
        stack: "global",
        change: set(check, "vote-eu-west-1-us-east-1", "resourcePath", "/votes/ap-south-1"),
        caughtBy: ["votes-pairs", "votes-quorum"],
    },
    {
        what: "a region's lever is not tried",
        stack: "global",
        change: without(check, "lever-us-east-1"),
        caughtBy: ["votes-pairs"],
    },
    {
        what: "the lever's alarm tells nobody",
        stack: "global",
        change: set("cloudwatch/metricAlarm", "levers-us-east-1", "alarmActions", []),
        caughtBy: ["health-alarm-actions"],
    },
    {
        what: "the lever of a region is let go",
        stack,
        change: set(object, "votes-self-test", "content", "in-service"),
        caughtBy: ["votes-self-test"],
    },
    {
        what: "there is no lever",
        stack,
        change: without(object, "votes-self-test"),
        caughtBy: ["votes-bucket"],
    },
    {
        what: "a region has no vote about another",
        stack,
        change: without(object, "votes-us-east-1"),
        caughtBy: ["votes-other-regions"],
    },
    {
        what: "everybody may read the votes",
        stack,
        change: set("s3/bucketPolicy", "meridian-votes", "policy", unconditional),
        caughtBy: ["votes-bucket"],
    },
    {
        what: "whoever knows a vote may write it",
        stack,
        change: set(
            "s3/bucketPolicy",
            "meridian-votes",
            "policy",
            replacing('"s3:GetObject"', '"s3:PutObject"'),
        ),
        caughtBy: ["votes-bucket"],
    },
    {
        what: "the votes' bucket is not private to its region",
        stack,
        change: set("s3/bucketPublicAccessBlock", "meridian-votes", "restrictPublicBuckets", false),
        caughtBy: ["access-bucket-block-public"],
    },
    {
        what: "evacuate: the vote that it is about",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-us-east-1", "content", "evacuate"),
        caughtBy: [],
        harmless: "this is the evacuation",
    },
    {
        what: "evacuate: the vote has a typing error",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-us-east-1", "content", "evacuated"),
        caughtBy: ["evacuation-vote-body"],
    },
    {
        what: "evacuate: another region is voted out",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-ap-south-1", "content", "evacuate"),
        caughtBy: ["evacuation-named-region"],
    },
    {
        what: "evacuate: two regions are voted out",
        stack,
        evacuates: "us-east-1",
        change: set(object, /^votes-(us-east-1|ap-east-1)$/, "content", "evacuate"),
        caughtBy: ["evacuation-named-region", "evacuation-one-region"],
    },
    {
        what: "evacuate: all others are voted out",
        stack,
        evacuates: "us-east-1",
        change: set(object, /^votes-(us|ap)-/, "content", "evacuate"),
        caughtBy: ["evacuation-enough-regions", "evacuation-named-region", "evacuation-one-region"],
    },
    {
        what: "evacuate: the region votes about itself",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-ap-south-1", "key", "votes/eu-west-1"),
        caughtBy: ["evacuation-not-itself", "votes-other-regions"],
    },
    {
        what: "evacuate: a vote is about a region that nobody has",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-us-east-1", "key", "votes/us-east-2"),
        caughtBy: ["evacuation-named-region", "votes-other-regions"],
    },
    {
        what: "evacuate: the lever is let go",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-self-test", "content", "in-service"),
        caughtBy: ["evacuation-vote-body", "votes-self-test"],
    },
];
