import { expect } from "chai";

import { globalStack } from "../../../infra/topology";
import { regionLoss } from "../../../policies/resilience/rules/capacity/regionLoss";
import type { Registrations } from "../../support/mocks";
import { type Given, judgeStack, unknown } from "../support/judge";
import { ownStacks, seenInPreview, seenInUpdate } from "../support/ownStacks";
import { byLatency, byWeight, healthCheck, record, toBalancer, toName } from "../support/records";

const app = "app.example.com";
const regions = ["us-east-1", "eu-west-1", "ap-south-1"];
const latency = (of: readonly string[] = regions): Given[] =>
    of.map((region) => record(app, { ...byLatency(region), ...toBalancer(region) }));
const service = (region: string, desiredCount: unknown): Given => ({
    type: "aws:ecs/service:Service",
    name: `web-${region}`,
    props: { region, desiredCount, loadBalancers: [{ containerPort: 443 }] },
});
const services = (counts: Readonly<Record<string, unknown>>): Given[] =>
    Object.entries(counts).map(([region, count]) => service(region, count));
/** Everybody near one of these. */
const near = (...codes: string[]) => ({
    users: Object.fromEntries(codes.map((code) => [code, 1])),
});
const judge = (given: readonly Given[], config: Record<string, unknown> = near("us", "de", "in")) =>
    judgeStack(regionLoss, given, config);

describe("capacity after the loss of a region", () => {
    it("is enough where everybody's next region has room", () => {
        // us-east-1's users go to eu-west-1, eu-west-1's to us-east-1, ap-south-1's to eu-west-1.
        const counts = { "us-east-1": 6, "eu-west-1": 6, "ap-south-1": 3 };
        expect(judge([...latency(), ...services(counts)])).to.deep.equal([]);
    });

    it("is short where they all go, and says by how much, for whom and after what", () => {
        const counts = { "us-east-1": 6, "eu-west-1": 5, "ap-south-1": 3 };
        expect(judge([...latency(), ...services(counts)])).to.deep.equal([
            "web-eu-west-1: eu-west-1 has 5 tasks standing and needs 6 while ap-south-1 is lost: 3 for its own users and 3 for those whom app.example.com then leads there",
            "web-eu-west-1: eu-west-1 has 5 tasks standing and needs 6 while us-east-1 is lost: 3 for its own users and 3 for those whom app.example.com then leads there",
        ]);
    });

    it("follows weights, and not an even split", () => {
        const split = (...weights: number[]) => [
            ...regions.map((region, index) =>
                record(app, { ...byWeight(region, weights[index]), ...toBalancer(region) }),
            ),
            ...services({ "us-east-1": 100, "eu-west-1": 5, "ap-south-1": 5 }),
        ];
        const config = { ...near("us"), peakTasks: 4 };
        // A third of the users each: half of the 4 that us-east-1's need go to each of the others.
        expect(judge(split(1, 1, 1), config)).to.have.length(4);
        expect(judge(split(1, 1, 1), { ...config, peakTasks: 3 })).to.deep.equal([]);
        const skewed = judge(split(98, 1, 1), { ...near("us"), peakTasks: 2 });
        expect(skewed).to.deep.equal([]);
        // Nearly all go to the next by weight.
        const one = judge(split(98, 2, 0), { ...near("us"), peakTasks: 3 });
        expect(one.join()).to.match(/eu-west-1 has 5 tasks standing and needs 6 while us-east-1/);
        expect(one.join()).to.not.match(/ap-south-1 has/);
    });

    it("counts the peaks that are configured", () => {
        const counts = { "us-east-1": 6, "eu-west-1": 6, "ap-south-1": 3 };
        const busy = { ...near("us", "de", "in"), peakTasksByRegion: { "ap-south-1": 4 } };
        expect(judge([...latency(), ...services(counts)], busy)).to.have.length(1);
    });

    it("reads least capacities, of the own stack's targets before desired counts", () => {
        const target = (region: string, minCapacity: unknown): Given => ({
            type: "aws:appautoscaling/target:Target",
            name: `scale-${region}`,
            props: { region, minCapacity, serviceNamespace: "ecs" },
        });
        const counts = { "us-east-1": 9, "eu-west-1": 9, "ap-south-1": 9 };
        const given = [...latency(), ...services(counts)];
        expect(judge([...given, target("eu-west-1", 5)])).to.have.length(2);
        expect(judge([...given, target("eu-west-1", unknown)])).to.deep.equal([]);
        const tables = target("eu-west-1", 1);
        expect(
            judge([
                ...given,
                { ...tables, props: { ...tables.props, serviceNamespace: "dynamodb" } },
            ]),
        ).to.deep.equal([]);
    });

    it("reads what the stack exports of others, under the name that is configured", () => {
        const given = (tasks: unknown) => [
            ...latency(),
            {
                type: "pulumi:pulumi:Stack",
                name: "global",
                props: { tasks: { "us-east-1": 6, "eu-west-1": tasks, "ap-south-1": 3 } },
            },
        ];
        const config = { ...near("us", "de", "in"), capacityOutput: "tasks" };
        expect(judge(given(6), config)).to.deep.equal([]);
        expect(judge(given(5), config)).to.have.length(2);
        expect(judge(given(unknown), config)).to.deep.equal([]);
        // Without Europe's it is not known what runs there, and that is what is said.
        expect(judge(given(undefined), config)[0]).to.match(/standingTasks\.eu-west-1/);
        const set = { ...config, standingTasks: { "eu-west-1": 6 } };
        expect(judge(given(undefined), set)).to.deep.equal([]);
        expect(judge(given(5), { ...config, capacityOutput: "other" })).to.deep.equal([]);
    });

    it("has nothing to judge without capacity, of one region, and before anything is known", () => {
        expect(judge(latency())).to.deep.equal([]);
        expect(judge([...latency(["us-east-1"]), service("us-east-1", 1)])).to.deep.equal([]);
        const hidden = latency().map((given) => ({
            ...given,
            props: { ...given.props, aliases: unknown },
        }));
        expect(judge([...hidden, ...services({ "us-east-1": unknown })])).to.have.length(2);
    });

    it("asks for the distances of a region that it does not know", () => {
        const given = [
            ...latency(["us-east-1", "mx-central-1"]),
            ...services({ "us-east-1": 9, "mx-central-1": 9 }),
        ];
        expect(judge(given)[0]).to.match(/mx-central-1, and nothing says how near/);
        const roundTripsMs = {
            us: { "mx-central-1": 60 },
            de: { "mx-central-1": 150 },
            in: { "mx-central-1": 250 },
        };
        expect(judge(given, { ...near("us", "de", "in"), roundTripsMs })).to.deep.equal([]);
    });

    it("follows those who are voted out, too", () => {
        const switches = ["us-east-1", "eu-west-1"].map((region) =>
            healthCheck(`in-service-${region}`, {
                type: "HTTPS_STR_MATCH",
                fqdn: "votes.s3.ap-south-1.amazonaws.com",
                resourcePath: `/votes/${region}`,
                searchString: "evacuate",
                invertHealthcheck: true,
            }),
        );
        // The region's own name sends those whom it cannot take to Europe: only a lost one's users go there.
        const given = [
            ...switches,
            record(app, {
                ...byLatency("us-east-1"),
                ...toName("us.example.com"),
                healthCheckId: "in-service-us-east-1",
            }),
            record("us.example.com", { ...byWeight("home", 1), ...toBalancer("us-east-1") }),
            record("us.example.com", { ...byWeight("away", 0), ...toBalancer("eu-west-1") }),
            record(app, { ...byLatency("ap-south-1"), ...toBalancer("ap-south-1") }),
            ...services({ "us-east-1": 6, "eu-west-1": 6, "ap-south-1": 4 }),
        ];
        expect(judge(given, near("us", "in"))).to.deep.equal([
            "web-ap-south-1: ap-south-1 has 4 tasks standing and needs 6 while us-east-1 is evacuated: 3 for its own users and 3 for those whom app.example.com then leads there",
        ]);
    });

    describe("of our own estate", () => {
        let global: Registrations;
        before(async () => {
            global = (await ownStacks("full")).get(globalStack) as Registrations;
        });
        const withTasks = (region: string, tasks: number) =>
            seenInUpdate(global).map(({ outputs: given }) =>
                given.type === "pulumi:pulumi:Stack"
                    ? {
                          ...given,
                          props: {
                              ...given.props,
                              standingTasks: {
                                  ...(given.props["standingTasks"] as object),
                                  [region]: tasks,
                              },
                          },
                      }
                    : given,
            );

        it("is enough, and would not be with one task less in the region that takes most", () => {
            expect(judgeStack(regionLoss, withTasks("eu-west-1", 6))).to.deep.equal([]);
            const [violation] = judgeStack(regionLoss, withTasks("eu-west-1", 5));
            expect(violation).to.match(/eu-west-1 has 5 tasks standing and needs 6/);
        });

        it("is not judged before it is known", () => {
            const preview = seenInPreview(global).map(({ outputs }) => outputs);
            expect(judgeStack(regionLoss, preview)).to.deep.equal([]);
        });
    });
});
