import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { readRegionConfig } from "../../infra/config";
import { deployRegion } from "../../infra/regionStack";
import { parseRegionOutputs } from "../../infra/stackOutputs";
import { majorityQuorum, regionNames, topology, type Topology } from "../../infra/topology";
import { regionSettings } from "../support/estate";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const five: Topology = {
    regions: { ...topology.regions, "sa-east-1": { away: "us-east-1" } },
    quorum: majorityQuorum(5),
};

async function deploy(
    stack: string,
    of: Topology,
    settings: Record<string, string> = {},
): Promise<{ registered: Registrations; outputs: unknown }> {
    const registered = await setMocks({ stack, region: stack });
    const outputs = deployRegion(readRegionConfig(stack, of, regionSettings(stack, settings)), of);
    await settled();
    return { registered, outputs: await valueOf({ ...outputs }) };
}

describe("a region stack", () => {
    it("exports what its readers need", async () => {
        const { outputs } = await deploy("eu-west-1", topology, {
            "meridian:votes": '{"us-east-1":"evacuate"}',
        });
        expect(parseRegionOutputs("eu-west-1", outputs)).to.deep.include({
            schemaVersion: 1,
            region: "eu-west-1",
            originName: "eu-west-1.origin.example.com",
            votesBucket: "meridian-votes-eu-west-1-111122223333",
            votesHost: "meridian-votes-eu-west-1-111122223333.s3.eu-west-1.amazonaws.com",
            votes: {
                "ap-east-1": "in-service",
                "ap-south-1": "in-service",
                "us-east-1": "evacuate",
            },
            tableKeyArn: "arn:aws:kms:eu-west-1:111122223333:meridian-keys-data",
            eventStream: "meridian-events",
            conflictDetector: "meridian-conflict-detector",
            mediaBucket: "meridian-media-eu-west-1-111122223333",
            ordersBucket: "meridian-orders-eu-west-1-111122223333",
            bucketKeyArn: "arn:aws:kms:eu-west-1:111122223333:meridian-keys-data",
            databaseSubnetGroup: "meridian",
            databaseSecurityGroupId: "meridian-database-id",
            databaseParameterGroup: "meridian",
            databaseKeyArn: "arn:aws:kms:eu-west-1:111122223333:meridian-keys-data",
            userFacingAlarms: ["meridian-error-rate", "meridian-latency"],
            observerAlarms: {
                "ap-east-1": "meridian-observer-ap-east-1",
                "ap-south-1": "meridian-observer-ap-south-1",
                "us-east-1": "meridian-observer-us-east-1",
            },
            minimumTasks: 6,
            maximumTasks: 24,
        });
    });

    it("looks nothing up and reads no other stack", async () => {
        const { registered } = await deploy("eu-west-1", topology);
        expect(registered.lookups).to.deep.equal([]);
        expect(registered.names("pulumi:pulumi:StackReference")).to.deep.equal([]);
    });

    it("differs between regions by nothing but its settings", async () => {
        const text = async (stack: string): Promise<readonly string[]> => {
            const { registered } = await deploy(stack, topology);
            return registered.all
                .filter(({ type }) => !/Lambda|lambda/.test(type))
                .map(({ type, name }) =>
                    `${type} ${name}`.replaceAll(/-[a-z]{2}-[a-z]+-\d[a-z]?/g, ""),
                )
                .map((line) => line.replaceAll(/[a-z]{2}-[a-z]+-\d\./g, ""))
                .sort();
        };
        expect(await text("ap-south-1")).to.deep.equal(await text("us-east-1"));
    });

    it("reserves as much of Lambda's concurrency in every region as docs/aws.md says", async () => {
        const page = fs.readFileSync(path.join(__dirname, "../../docs/aws.md"), "utf8");
        const [, reserves, keeps, quota] = (
            /reserve (\d+), and Lambda keeps another (\d+) .*?has to be (\d+) or more/s.exec(
                page,
            ) ?? []
        ).map(Number);
        for (const region of regionNames()) {
            const { registered } = await deploy(region, topology);
            const reserved = registered
                .of("aws:lambda/function:Function")
                .map(({ inputs }) => Number(inputs["reservedConcurrentExecutions"]));
            expect(
                reserved.reduce((sum, each) => sum + each, 0),
                region,
            ).to.equal(reserves);
        }
        expect(quota).to.equal((reserves ?? 0) + (keeps ?? 0));
    });

    it("of a fifth region is one entry in the topology and one file", async () => {
        const { registered, outputs } = await deploy("sa-east-1", five);
        expect(registered.names("aws:s3/bucketObjectv2:BucketObjectv2")).to.deep.equal([
            "votes-ap-east-1",
            "votes-ap-south-1",
            "votes-eu-west-1",
            "votes-self-test",
            "votes-us-east-1",
        ]);
        expect(parseRegionOutputs("sa-east-1", outputs).region).to.equal("sa-east-1");
    });

    it("gains a vote, alarms on it, its table and its events, a way to forward and a replicator when a fifth region joins", async () => {
        const before = (await deploy("eu-west-1", topology)).registered;
        const after = (await deploy("eu-west-1", five)).registered;
        const key = ({ type, name }: { type: string; name: string }): string => `${type} ${name}`;
        const known = new Set(before.all.map(key));
        expect(
            after.all
                .map(key)
                .filter((name) => !known.has(name))
                .sort(),
        ).to.deep.equal([
            "aws:cloudwatch/eventRule:EventRule meridian-automation-forwarding-sa-east-1",
            "aws:cloudwatch/eventTarget:EventTarget meridian-automation-forwarding-sa-east-1",
            "aws:cloudwatch/metricAlarm:MetricAlarm meridian-events-to-sa-east-1",
            "aws:cloudwatch/metricAlarm:MetricAlarm meridian-observer-sa-east-1",
            "aws:cloudwatch/metricAlarm:MetricAlarm meridian-overview-table-replication-sa-east-1",
            "aws:lambda/eventSourceMapping:EventSourceMapping meridian-events-to-sa-east-1",
            "aws:lambda/function:Function meridian-events-to-sa-east-1",
            "aws:s3/bucketObjectv2:BucketObjectv2 votes-sa-east-1",
            "meridian:components:StreamFunction meridian-events-to-sa-east-1",
        ]);
        const gone = before.all.map(key).filter((name) => !after.all.map(key).includes(name));
        expect(gone).to.deep.equal([]);
    });
});
