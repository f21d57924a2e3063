import { type Mutation, set } from "../mutation";

const stack = "eu-west-1";
const object = "s3/bucketObjectv2";

/** The votes of a region: what stands, and what an evacuation writes. */
export const voteMutations: readonly Mutation[] = [
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
        caughtBy: ["evacuation-not-itself"],
    },
    {
        what: "evacuate: a vote is about a region that nobody has",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-us-east-1", "key", "votes/us-east-2"),
        caughtBy: ["evacuation-named-region"],
    },
    {
        what: "evacuate: the lever is let go",
        stack,
        evacuates: "us-east-1",
        change: set(object, "votes-self-test", "content", "in-service"),
        caughtBy: ["evacuation-vote-body"],
    },
];
