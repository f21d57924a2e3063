import { expect } from "chai";

import { healthCheckerRanges } from "../../components/healthCheckerRanges";
import { voteProblems } from "../../components/voteProblems";
import { Votes, type Vote } from "../../components/votes";
import { isPublicPolicy } from "../../sandbox/aws/s3/publicPolicy";
import { policyIn, setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";

async function register(votes: Record<string, Vote>): Promise<{
    registered: Registrations;
    component: Votes;
}> {
    const registered = await setMocks({
        // What is deployed differs from what the program says, as it may where changes are ignored.
        state: (type, name) =>
            type === objectType && name === "votes-ap-east-1" ? { content: "evacuate" } : undefined,
    });
    const component = new Votes("votes", {
        region: "eu-west-1",
        accountId: "111122223333",
        candidates: ["us-east-1", "ap-east-1"],
        votes,
        deletionProtection: true,
    });
    await settled();
    return { registered, component };
}

describe("a region's votes", () => {
    it("are an object for every other region, and one that always says evacuate", async () => {
        const { registered } = await register({});
        expect(
            registered
                .of(objectType)
                .map(({ name, inputs }) => [name, inputs["key"], inputs["content"]]),
        ).to.deep.equal([
            ["votes-ap-east-1", "votes/ap-east-1", "in-service"],
            ["votes-self-test", "votes/self-test", "evacuate"],
            ["votes-us-east-1", "votes/us-east-1", "in-service"],
        ]);
    });

    it("say what the configuration says", async () => {
        const { registered } = await register({ "us-east-1": "evacuate" });
        expect(registered.inputs(objectType, "votes-us-east-1")["content"]).to.equal("evacuate");
        expect(registered.inputs(objectType, "votes-ap-east-1")["content"]).to.equal("in-service");
    });

    it("latch: what the configuration does not mention is left as it is", async () => {
        const { registered } = await register({ "us-east-1": "in-service" });
        const ignored = (name: string): readonly string[] =>
            registered.one(objectType, name).options.ignoreChanges;
        expect(ignored("votes-ap-east-1")).to.deep.equal(["content", "etag"]);
        expect(ignored("votes-us-east-1")).to.deep.equal([]);
        expect(ignored("votes-self-test")).to.deep.equal([]);
    });

    it("are exported as they are deployed", async () => {
        const { component } = await register({});
        expect(await valueOf(component.votes)).to.deep.equal({
            "ap-east-1": "evacuate",
            "us-east-1": "in-service",
        });
    });

    it("are never cached", async () => {
        const { registered } = await register({});
        for (const { inputs } of registered.of(objectType)) {
            expect(inputs).to.include({ cacheControl: "no-store", contentType: "text/plain" });
        }
    });

    it("lie in a private, versioned bucket without ACLs", async () => {
        const { registered } = await register({});
        expect(registered.inputs("aws:s3/bucket:Bucket", "votes")).to.deep.equal({
            bucket: "meridian-votes-eu-west-1-111122223333",
            forceDestroy: false,
        });
        expect(
            registered.inputs("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "votes"),
        ).to.include({
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(
            registered.inputs("aws:s3/bucketVersioning:BucketVersioning", "votes"),
        ).to.deep.include({ versioningConfiguration: { status: "Enabled" } });
    });

    it("are readable by health checkers alone, and S3 does not count that as public", async () => {
        const { registered } = await register({});
        const inputs = registered.inputs("aws:s3/bucketPolicy:BucketPolicy", "votes");
        const [deny, allow, ...rest] = policyIn(inputs).Statement;
        expect(deny).to.include({ Effect: "Deny", Action: "s3:*" });
        expect(allow).to.deep.equal({
            Sid: "HealthCheckersRead",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: "arn:aws:s3:::meridian-votes-eu-west-1-111122223333/votes/*",
            Condition: {
                IpAddress: {
                    "aws:SourceIp": [...healthCheckerRanges],
                },
            },
        });
        expect(rest).to.deep.equal([]);
        expect(isPublicPolicy(inputs["policy"] as string)).to.be.false;
    });
});

describe("vote problems", () => {
    const regions = ["ap-east-1", "eu-west-1", "us-east-1"];

    it("finds none in one vote to evacuate and any number to stay", () => {
        expect(voteProblems("eu-west-1", regions, {})).to.deep.equal([]);
        expect(
            voteProblems("eu-west-1", regions, {
                "us-east-1": "evacuate",
                "ap-east-1": "in-service",
            }),
        ).to.deep.equal([]);
    });

    it("refuses a vote on oneself and on a stranger", () => {
        expect(
            voteProblems("eu-west-1", regions, {
                "eu-west-1": "in-service",
                "mars-1": "in-service",
            }),
        ).to.deep.equal([
            "`votes.eu-west-1`: a region does not vote on itself; remove it",
            "`votes.mars-1`: must be another region of the platform (ap-east-1, us-east-1)",
        ]);
    });

    it("refuses two votes to evacuate", () => {
        expect(
            voteProblems("eu-west-1", regions, {
                "us-east-1": "evacuate",
                "ap-east-1": "evacuate",
            }),
        ).to.deep.equal([
            "`votes`: at most 1 region may be voted out of service at a time, got ap-east-1, us-east-1; fail one back first",
        ]);
    });
});
