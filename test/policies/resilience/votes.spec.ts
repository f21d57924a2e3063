import { expect } from "chai";

import { globalStack } from "../../../infra/topology";
import { bucket } from "../../../policies/resilience/rules/votes/bucket";
import { otherRegions } from "../../../policies/resilience/rules/votes/otherRegions";
import { owner } from "../../../policies/resilience/rules/votes/owner";
import { pairs } from "../../../policies/resilience/rules/votes/pairs";
import { quorum } from "../../../policies/resilience/rules/votes/quorum";
import { selfTest } from "../../../policies/resilience/rules/votes/selfTest";
import type { Registrations } from "../../support/mocks";
import { type Given, judgeResource, judgeStack, unknown } from "../support/judge";
import { ownStacks, seenInPreview, seenInUpdate } from "../support/ownStacks";
import { healthCheck } from "../support/records";

const regions = ["ap-south-1", "eu-west-1", "us-east-1"];

function vote(voter: string, subject: string, others: Record<string, unknown> = {}): Given {
    return healthCheck(`${voter} on ${subject}`, {
        type: "HTTPS_STR_MATCH",
        fqdn: `votes.s3.${voter}.amazonaws.com`,
        resourcePath: `/votes/${subject}`,
        searchString: "evacuate",
        invertHealthcheck: subject !== "self-test",
        ...others,
    });
}
const votesOn = (subject: string) => regions.filter((voter) => voter !== subject);
const tally = (subject: string, others: Record<string, unknown> = {}): Given =>
    healthCheck(`tally ${subject}`, {
        type: "CALCULATED",
        childHealthchecks: votesOn(subject).map((voter) => `${voter} on ${subject}`),
        childHealthThreshold: 1,
        ...others,
    });
const checks = regions.flatMap((voter) =>
    [...regions.filter((subject) => subject !== voter), "self-test"].map((subject) =>
        vote(voter, subject),
    ),
);
const all = [...checks, ...regions.map((region) => tally(region))];
const without = (...names: string[]) => all.filter(({ name }) => !names.includes(name ?? ""));
const changed = (name: string, props: Record<string, unknown>) =>
    all.map((given) =>
        given.name === name ? { ...given, props: { ...given.props, ...props } } : given,
    );

describe("rules on votes", () => {
    it("accept every pair, counted, and programs without votes", () => {
        for (const rule of [pairs, quorum, owner, bucket, otherRegions]) {
            expect(judgeStack(rule, all), rule.name).to.deep.equal([]);
            expect(judgeStack(rule, []), rule.name).to.deep.equal([]);
            expect(
                judgeStack(rule, [healthCheck("endpoint", { fqdn: "lb.example.com" })]),
                rule.name,
            ).to.deep.equal([]);
        }
    });

    describe("pairs", () => {
        it("refuses a pair that nobody reads, and a voter without a self-test", () => {
            expect(judgeStack(pairs, without("eu-west-1 on us-east-1"))[0]).to.match(
                /no health check reads what eu-west-1 says of us-east-1/,
            );
            expect(judgeStack(pairs, without("eu-west-1 on self-test"))[0]).to.match(
                /reads \/votes\/self-test of eu-west-1/,
            );
        });

        it("refuses checks that read otherwise", () => {
            const name = "eu-west-1 on us-east-1";
            for (const [props, message] of [
                [{ type: "HTTPS" }, /does not read what/],
                [{ searchString: "Evacuate" }, /"Evacuate", which no vote says/],
                [{ invertHealthcheck: false }, /not inverted/],
                [{ resourcePath: "/votes/eu-west-1" }, /own evacuation/],
            ] as const) {
                expect(judgeStack(pairs, changed(name, props)).join("\n")).to.match(message);
            }
            const lever = { invertHealthcheck: true };
            expect(judgeStack(pairs, changed("eu-west-1 on self-test", lever))[0]).to.match(
                /healthy when nobody can read it/,
            );
        });

        it("waits for the update where it is not known who votes", () => {
            const hidden = without("eu-west-1 on us-east-1").map((given) =>
                given.name?.startsWith("eu-west-1 on")
                    ? { ...given, props: { ...given.props, fqdn: unknown } }
                    : given,
            );
            expect(judgeStack(pairs, hidden)).to.deep.equal([]);
        });
    });

    describe("quorum", () => {
        it("refuses what is no majority", () => {
            // Two votes: both are a majority, so one healthy child keeps the region in service.
            expect(
                judgeStack(quorum, changed("tally us-east-1", { childHealthThreshold: 2 }))[0],
            ).to.match(
                /1 of 2 votes take us-east-1 out; it must be 2, so set childHealthThreshold to 1/,
            );
            expect(
                judgeStack(quorum, changed("tally us-east-1", { invertHealthcheck: true }))[0],
            ).to.match(/inverted/);
        });

        describe("beside a region's endpoint", () => {
            const regionOf = (asks: readonly Record<string, unknown>[], threshold: number) => {
                const endpoints = asks.map((props, index) =>
                    healthCheck(`endpoint ${index}`, {
                        type: "HTTPS",
                        fqdn: "lb.us-east-1.example.com",
                        resourcePath: "/health",
                        ...props,
                    }),
                );
                return judgeStack(quorum, [
                    ...endpoints,
                    ...changed("tally us-east-1", {
                        childHealthchecks: [
                            ...endpoints.map(({ name }) => name),
                            ...votesOn("us-east-1").map((voter) => `${voter} on us-east-1`),
                        ],
                        childHealthThreshold: threshold,
                    }),
                ]);
            };

            it("accepts a majority of checks that ask the same", () => {
                expect(regionOf([{}, {}], 3)).to.eql([]);
                expect(regionOf([{}, {}, {}], 4)).to.eql([]);
            });

            it("refuses what one vote takes out, and what no majority does", () => {
                expect(regionOf([{}, {}], 4)[0]).to.match(
                    /1 of 2 votes take us-east-1 out; it must be 2, so set childHealthThreshold to 3/,
                );
                expect(regionOf([{}, {}], 2)[0]).to.match(/3 of 2 votes take us-east-1 out/);
            });

            it("refuses an endpoint that votes outweigh, and two that fail apart", () => {
                expect(regionOf([{}], 2)[0]).to.match(
                    /counts 1 check of the region's endpoint, which votes outweigh; count 2 that ask the same/,
                );
                for (const other of [
                    { fqdn: "lb.eu-west-1.example.com" },
                    { resourcePath: "/" },
                    { type: "TCP" },
                ]) {
                    expect(regionOf([{}, other], 3)[0]).to.match(
                        /counts checks of 2 things, so that one that fails stands for a vote/,
                    );
                }
            });
        });

        it("refuses a tally that leaves votes out or counts another region's", () => {
            const some = { childHealthchecks: ["eu-west-1 on us-east-1"] };
            expect(judgeStack(quorum, changed("tally us-east-1", some))[0]).to.match(
                /counts 1 votes, and there are 2 on us-east-1/,
            );
            const mixed = {
                childHealthchecks: ["eu-west-1 on us-east-1", "us-east-1 on eu-west-1"],
            };
            expect(judgeStack(quorum, changed("tally us-east-1", mixed))).to.have.length(1);
        });

        it("refuses votes that nobody counts", () => {
            expect(judgeStack(quorum, without("tally us-east-1"))[0]).to.match(
                /no calculated check counts the votes on us-east-1/,
            );
        });
    });

    describe("bucket", () => {
        const ranges = ["15.177.0.0/18", "54.228.16.0/26"];
        const statement = {
            Sid: "Read",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: "arn:aws:s3:::votes/votes/*",
            Condition: { IpAddress: { "aws:SourceIp": ranges } },
        };
        const stack = (change: object, keys = ["us-east-1", "self-test"]): Given[] => [
            { type: "aws:s3/bucket:Bucket", name: "votes", props: { bucket: "votes" } },
            {
                type: "aws:s3/bucketPolicy:BucketPolicy",
                name: "policy",
                props: {
                    bucket: "votes",
                    policy: JSON.stringify({ Statement: [{ ...statement, ...change }] }),
                },
            },
            ...keys.map((key) => ({
                type: "aws:s3/bucketObjectv2:BucketObjectv2",
                name: key,
                props: { bucket: "votes", key: `votes/${key}`, content: "evacuate" },
            })),
        ];

        it("accepts health checkers as readers of votes, and what is not known yet", () => {
            expect(judgeStack(bucket, stack({}))).to.deep.equal([]);
            const hidden = stack({}).map((given) =>
                given.name === "policy"
                    ? { ...given, props: { bucket: "votes", policy: unknown } }
                    : given,
            );
            expect(judgeStack(bucket, hidden)).to.deep.equal([]);
        });

        it("refuses everybody, strangers, other actions and other objects", () => {
            for (const [change, message] of [
                [{ Condition: undefined }, /lets everybody in/],
                [
                    { Condition: { IpAddress: { "aws:SourceIp": [...ranges, "192.0.2.0/24"] } } },
                    /lets 192\.0\.2\.0\/24 in/,
                ],
                [{ Condition: { NotIpAddress: { "aws:SourceIp": ranges } } }, /lets everybody in/],
                [{ Action: ["s3:GetObject", "s3:PutObject"] }, /grants s3:PutObject/],
                [{ Resource: "arn:aws:s3:::votes/*" }, /grants arn:aws:s3:::votes\/\*/],
                [{ Effect: "Deny" }, /lets no health checker read/],
            ] as const) {
                expect(judgeStack(bucket, stack(change)).join("\n")).to.match(message);
            }
        });

        it("refuses votes without a self-test", () => {
            expect(judgeStack(bucket, stack({}, ["us-east-1"]))[0]).to.match(/no votes\/self-test/);
            expect(judgeStack(bucket, stack({ Effect: "Deny" }, []))).to.deep.equal([]);
        });

        it("takes other ranges where they are configured", () => {
            const one = { checkerRanges: ["15.177.0.0/18"] };
            expect(judgeStack(bucket, stack({}), one)).to.have.length(1);
        });
    });

    describe("self-test", () => {
        const types = ["bucketObjectv2:BucketObjectv2", "bucketObject:BucketObject"] as const;
        const judge = (props: Record<string, unknown>, type: string = types[0]) =>
            judgeResource(selfTest, {
                type: `aws:s3/${type}`,
                props: { key: "votes/self-test", ...props },
            });
        const encoded = (text: string) => Buffer.from(text).toString("base64");

        it("accepts the word wherever the checkers find it, and votes of any word", () => {
            expect(judge({ content: "evacuate" })).to.eql([]);
            expect(judge({ content: "evacuate\n" })).to.eql([]);
            expect(judge({ contentBase64: encoded("evacuate") })).to.eql([]);
            expect(judge({ key: "votes/us-east-1", content: "in-service" })).to.eql([]);
            expect(judge({ key: "media/self-test", content: "in-service" })).to.eql([]);
        });

        it("refuses any other word, whichever resource writes it", () => {
            for (const type of types) {
                expect(judge({ content: "in-service" }, type)[0]).to.match(
                    /says "in-service", so that nobody can tell a lever .* set content to "evacuate"/,
                );
            }
            expect(judge({ content: "Evacuate" })).to.have.length(1);
            expect(judge({ contentBase64: encoded("in-service") })).to.have.length(1);
            // Further down than a health checker reads.
            expect(judge({ content: `${" ".repeat(5119)}evacuate` })).to.have.length(1);
        });

        it("refuses a body that nobody can check", () => {
            expect(judge({ content: "" })[0]).to.match(/is not in its content/);
            expect(judge({ bucket: "votes" }, "objectCopy:ObjectCopy")).to.have.length(1);
        });

        it("waits for the update where it is not known what the object says, or which it is", () => {
            expect(judge({ content: unknown })).to.eql([]);
            expect(judge({ contentBase64: unknown })).to.eql([]);
            expect(judge({ key: unknown, content: "in-service" })).to.eql([]);
        });
    });

    const object = (region: unknown, key = "votes/us-east-1"): Given => ({
        type: "aws:s3/bucketObjectv2:BucketObjectv2",
        name: `${String(region)} ${key}`,
        props: { region, key, content: "in-service" },
    });

    describe("other regions", () => {
        const estate = { regions };
        const selfTests = object("eu-west-1", "votes/self-test");
        const full = [
            object("eu-west-1"),
            object("eu-west-1", "votes/ap-south-1"),
            object("eu-west-1", "media/logo.svg"),
            selfTests,
        ];

        it("accepts a vote about each of them, and a stack that has none at all", () => {
            expect(judgeStack(otherRegions, full, estate)).to.eql([]);
            expect(judgeStack(otherRegions, [object("eu-west-1", "logo")], estate)).to.eql([]);
        });

        it("refuses a region that cannot say something of another", () => {
            const missing = judgeStack(otherRegions, full.slice(1), estate);
            expect(missing).to.have.length(1);
            expect(missing[0]).to.match(/eu-west-1 has no vote about us-east-1/);
            expect(judgeStack(otherRegions, [selfTests], estate)).to.have.length(2);
            const others = full.map(({ name, ...given }) =>
                name === "eu-west-1 votes/us-east-1"
                    ? { ...given, name, type: "aws:s3/bucketObject:BucketObject" }
                    : { ...given, ...(name === undefined ? {} : { name }) },
            );
            expect(judgeStack(otherRegions, others, estate)).to.eql([]);
        });

        it("knows the regions that the stack's own votes name, without being told of any", () => {
            expect(judgeStack(otherRegions, full)).to.eql([]);
            expect(
                judgeStack(otherRegions, [...full, object("ap-south-1", "votes/eu-west-1")])[0],
            ).to.match(/ap-south-1 has no vote about us-east-1/);
        });

        it("waits for the update where it is not known whose votes, or about whom, they are", () => {
            expect(judgeStack(otherRegions, [object(unknown)], estate)).to.eql([]);
            const about = { ...object("eu-west-1"), props: { region: "eu-west-1", key: unknown } };
            expect(judgeStack(otherRegions, [about], estate)).to.eql([]);
        });
    });

    describe("owner", () => {
        it("accepts the votes of one region, and other objects anywhere", () => {
            expect(
                judgeStack(owner, [
                    object("eu-west-1"),
                    object("eu-west-1", "votes/ap-south-1"),
                    object("ap-south-1", "media/logo.svg"),
                    object(unknown),
                ]),
            ).to.deep.equal([]);
        });

        it("refuses votes beside health checks, and those of two regions", () => {
            expect(judgeStack(owner, [object("eu-west-1"), ...all])[0]).to.match(
                /control plane is in us-east-1/,
            );
            expect(judgeStack(owner, [object("eu-west-1"), object("us-east-1")])[0]).to.match(
                /votes in eu-west-1 and us-east-1/,
            );
        });
    });

    describe("on our own stacks", () => {
        let stacks: ReadonlyMap<string, Registrations>;
        before(async () => {
            stacks = await ownStacks("full");
        });
        const of = (stack: string, see = seenInUpdate) =>
            see(stacks.get(stack) as Registrations).map(({ outputs }) => outputs);

        it("object to one vote less, in an update, and to a smaller quorum, in a preview", () => {
            const global = of(globalStack).filter(
                ({ name }) => name !== "vote-eu-west-1-us-east-1",
            );
            expect(judgeStack(pairs, global)).to.have.length(1);
            expect(judgeStack(quorum, global)).to.have.length(1);
            const preview = of(globalStack, seenInPreview).map((given) =>
                given.name === "in-service-us-east-1"
                    ? { ...given, props: { ...given.props, childHealthThreshold: 5 } }
                    : given,
            );
            expect(judgeStack(quorum, preview)[0]).to.match(/1 of 3 votes take us-east-1 out/);
        });

        it("object to a votes bucket without its self-test", () => {
            const region = of("eu-west-1").filter(({ name }) => name !== "votes-self-test");
            expect(judgeStack(bucket, region)).to.have.length(1);
        });
    });
});
