import { expect } from "chai";

import { enoughRegions } from "../../../policies/evacuation/rules/enoughRegions";
import { namedRegion } from "../../../policies/evacuation/rules/namedRegion";
import { notItself } from "../../../policies/evacuation/rules/notItself";
import { oneRegion } from "../../../policies/evacuation/rules/oneRegion";
import { voteBody } from "../../../policies/evacuation/rules/voteBody";
import { type Given, judgeResource, judgeStack, unknown } from "../support/judge";

function votes(bodies: Record<string, unknown>, region: unknown = "eu-west-1"): Given[] {
    return Object.entries(bodies).map(([subject, content]) => ({
        type: "aws:s3/bucketObjectv2:BucketObjectv2",
        name: `votes-${subject}`,
        props: { key: `votes/${subject}`, content, region },
    }));
}

const quiet = {
    "us-east-1": "in-service",
    "ap-south-1": "in-service",
    "ap-east-1": "in-service",
    "self-test": "evacuate",
};
const rules = { enoughRegions, namedRegion, notItself, oneRegion, voteBody };
type Rule = (typeof rules)[keyof typeof rules];

/** Violations of all that is given: each by itself, where the rule is one on resources. */
function judge(
    rule: Rule,
    given: readonly Given[],
    config: Readonly<Record<string, unknown>> = {},
): readonly string[] {
    return "validateStack" in rule
        ? judgeStack(rule, given, config)
        : given.flatMap((each) => judgeResource(rule, each, config));
}

describe("evacuation rules", () => {
    for (const [name, rule] of Object.entries(rules)) {
        it(`${name} accepts quiet votes, one evacuation, and votes not known yet`, () => {
            expect(judge(rule, votes(quiet))).to.deep.equal([]);
            expect(judge(rule, votes({ ...quiet, "us-east-1": "evacuate" }))).to.deep.equal([]);
            expect(judge(rule, votes({ ...quiet, "us-east-1": unknown }, unknown))).to.deep.equal(
                [],
            );
            expect(judge(rule, [])).to.deep.equal([]);
        });

        it(`${name} has no say in other objects, and in what is no object`, () => {
            const others = votes({ "eu-west-1": "evacuate", "us-east-1": "?" }).flatMap((vote) => [
                { ...vote, props: { ...vote.props, key: `ballots/${String(vote.name)}` } },
                { ...vote, props: { ...vote.props, key: unknown } },
                { ...vote, type: "aws:s3/bucketNotification:BucketNotification" },
            ]);
            expect(judge(rule, others, { impairedRegion: "ap-east-1", regions: ["a"] })).to.eql([]);
        });
    }

    it("voteBody refuses any other word, in a vote and in the self-test", () => {
        expect(judge(voteBody, votes({ ...quiet, "us-east-1": "Evacuate" }))).to.have.length(1);
        expect(judge(voteBody, votes({ ...quiet, "self-test": "in-service" }))).to.have.length(1);
    });

    it("voteBody refuses a vote whose body nobody can check", () => {
        const vote = { "us-east-1": undefined };
        expect(judge(voteBody, votes(vote))[0]).to.match(/something that is not in its content/);
        const copy = { ...votes(vote)[0], type: "aws:s3/objectCopy:ObjectCopy" } as Given;
        expect(judge(voteBody, [copy])).to.have.length(1);
    });

    it("know a vote by its key and body, whichever resource writes it", () => {
        const two = votes({ "us-east-1": "evacuate", "ap-east-1": "evacuate" }).map((vote) => ({
            ...vote,
            type: "aws:s3/bucketObject:BucketObject",
        }));
        expect(judgeStack(oneRegion, two)).to.have.length(1);
        expect(judge(namedRegion, two, { impairedRegion: "us-east-1" })).to.have.length(1);
    });

    it("oneRegion refuses a second evacuation and does not count the self-test", () => {
        const two = { ...quiet, "us-east-1": "evacuate", "ap-east-1": "evacuate" };
        expect(judgeStack(oneRegion, votes(two))[0]).to.match(/us-east-1 and ap-east-1/);
    });

    it("namedRegion refuses an evacuation of another region than the impaired one", () => {
        const out = votes({ ...quiet, "us-east-1": "evacuate" });
        expect(judge(namedRegion, out, { impairedRegion: "us-east-1" })).to.deep.equal([]);
        expect(judge(namedRegion, out, { impairedRegion: "ap-east-1" })[0]).to.match(
            /us-east-1 says evacuate, but ap-east-1 is/,
        );
        expect(judge(namedRegion, votes(quiet), { impairedRegion: "ap-east-1" })).to.eql([]);
    });

    it("namedRegion refuses a vote on a region the platform has not", () => {
        const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"];
        expect(judge(namedRegion, votes(quiet), { regions })).to.deep.equal([]);
        expect(
            judge(namedRegion, votes({ ...quiet, "us-esat-1": "in-service" }), { regions })[0],
        ).to.match(/us-esat-1 is about no region/);
    });

    it("notItself refuses a vote about the region it lives in", () => {
        expect(judge(notItself, votes({ "eu-west-1": "in-service" }))).to.have.length(1);
    });

    it("notItself knows the region by the provider where the object does not say it", () => {
        const props = { key: "votes/eu-west-1", content: "in-service" };
        const silent: Given = { type: "aws:s3/bucketObjectv2:BucketObjectv2", props };
        const through = (region: unknown): Given => ({ ...silent, provider: { region } });
        expect(judge(notItself, [silent])).to.eql([]);
        expect(judge(notItself, [through("eu-west-1")])).to.have.length(1);
        expect(judge(notItself, [through("us-east-1")])).to.eql([]);
        expect(judge(notItself, [through(unknown)])).to.eql([]);
        const own = votes({ "eu-west-1": "in-service" }, "us-east-1") as [Given];
        expect(judge(notItself, [{ ...own[0], provider: { region: "eu-west-1" } }])).to.eql([]);
    });

    it("enoughRegions counts what would be left", () => {
        const two = { "us-east-1": "evacuate", "self-test": "evacuate" };
        expect(judgeStack(enoughRegions, votes(two))[0]).to.match(/1 of 2/);
        expect(judgeStack(enoughRegions, votes(two), { minimumInService: 1 })).to.deep.equal([]);
        expect(
            judgeStack(enoughRegions, votes({ ...quiet, "us-east-1": "evacuate" }), {
                minimumInService: 4,
            }),
        ).to.have.length(1);
    });
});
