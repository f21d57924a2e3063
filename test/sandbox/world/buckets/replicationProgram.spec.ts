import { expect } from "chai";

import { bucketNameOf } from "../../../../components/bucketNames";
import { BucketReplication } from "../../../../components/bucketReplication";
import { NoticeTopic } from "../../../../components/noticeTopic";
import { RegionBuckets } from "../../../../components/regionBuckets";
import { RegionKeys } from "../../../../components/regionKeys";
import type { Sandbox } from "../../../../sandbox";
import { text } from "../../../../sandbox/aws/support/known";
import { setMocks, settled, valueOf, type Registration } from "../../../support/mocks";
import { type ProgramSandbox, startProgramSandbox } from "../../../support/program";

const accountId = "111122223333";
const regions = ["ap-east-1", "eu-west-1", "us-east-1"] as const;
const [far, here, there] = regions;
const topicName = "meridian-alarms";
const minuteMs = 60_000;

/** The account's id of what the program registered. */
function idOf({ type, name, inputs }: Registration, arn: string): string {
    if (type.startsWith("aws:s3/")) {
        return String(inputs["bucket"]);
    }
    if (type === "aws:iam/rolePolicy:RolePolicy") {
        return `${String(inputs["role"])}:${String(inputs["name"])}`;
    }
    return ["aws:kms/key:Key", "aws:sns/topic:Topic"].includes(type)
        ? arn
        : (text(inputs, "arn") ?? text(inputs, "name") ?? name);
}

describe("the program's replication, in the rehearsal cloud", () => {
    let sandbox: Sandbox;
    let started: ProgramSandbox;

    /** Puts what the program registers in the account, as it would be after an update. */
    async function deploy(region: string, program: () => void): Promise<void> {
        const registered = await setMocks({ region });
        program();
        await settled();
        for (const registration of registered.all.filter(({ custom }) => custom)) {
            const { type, name, inputs } = registration;
            const service = type.split(":")[1]?.split("/")[0] ?? "";
            const own = text(inputs, "name") ?? name;
            const arn =
                service === "cloudwatch"
                    ? `arn:aws:cloudwatch:${region}:${accountId}:alarm:${own}`
                    : `arn:aws:${service}:${service === "iam" ? "" : region}:${accountId}:${own}`;
            sandbox.store.put({
                type,
                region: service === "iam" ? "global" : (text(inputs, "region") ?? region),
                id: idOf(registration, arn),
                inputs,
                outputs: { name: own, ...inputs, ...(inputs["arn"] === undefined ? { arn } : {}) },
            });
        }
    }

    before(async () => {
        started = await startProgramSandbox();
        ({ sandbox } = started);
        const members: { region: string; bucketName: string; keyArn: string }[] = [];
        for (const region of regions) {
            let dataKeyArn: Promise<string> | undefined;
            await deploy(region, () => {
                const own = { region, accountId, deletionProtection: false };
                const keys = new RegionKeys("keys", own);
                const topic = new NoticeTopic("topic", {
                    ...own,
                    topicName,
                    displayName: "notices",
                    keyArn: keys.operationsKeyArn,
                    alarmsPublish: true,
                    bucketsPublish: true,
                    emails: [],
                });
                new RegionBuckets("buckets", {
                    ...own,
                    peers: regions.filter((other) => other !== region),
                    keyArn: keys.dataKeyArn,
                    topicArn: topic.arn,
                });
                dataKeyArn = valueOf(keys.dataKeyArn);
            });
            members.push({
                region,
                bucketName: bucketNameOf("orders", region, accountId),
                keyArn: (await dataKeyArn) ?? "",
            });
        }
        await deploy(there, () => {
            new BucketReplication("orders-replication", { purpose: "orders", accountId, members });
        });
    });

    after(() => started.close());

    const objects = (region: string) =>
        sandbox.buckets.objects(bucketNameOf("orders", region, accountId));

    /** Puts an order as the storefront's SDK would, by the bucket's own encryption. */
    function put(region: string, key: string): void {
        const response = sandbox.buckets.operations.run({
            region,
            method: "PUT",
            bucket: bucketNameOf("orders", region, accountId),
            key,
            query: new URLSearchParams(),
            headers: {},
            body: Buffer.from(key),
            caller: "test",
            requester: { identity: "account", sourceIp: "192.0.2.1" },
        });
        expect(response.status).to.equal(200);
    }

    const state = (region: string, name: string) => sandbox.alarms.status(region, name)?.state;
    const notices = (region: string): readonly string[] =>
        sandbox.topics
            .published()
            .filter(
                ({ topicArn, publisher }) =>
                    topicArn === `arn:aws:sns:${region}:${accountId}:${topicName}` &&
                    publisher === "s3.amazonaws.com",
            )
            .map(
                ({ message }) =>
                    (JSON.parse(message) as { Records: [{ eventName: string }] }).Records[0]
                        .eventName,
            );

    it("has a role and keys that suffice, between all regions", async () => {
        for (const region of regions) {
            put(region, `orders/from-${region}.json`);
        }
        await sandbox.clock.sleep(minuteMs);
        for (const region of regions) {
            expect(objects(region).keys()).to.deep.equal(
                regions.map((from) => `orders/from-${from}.json`),
            );
            expect(objects(region).get(`orders/from-${region}.json`)).to.include({
                encryption: "aws:kms",
                replication: "COMPLETED",
            });
        }
    });

    it("rings in the region that waits, and tells in the one that cannot send, and both are over after the heal", async () => {
        sandbox.faults.inject({ kind: "partition", between: [here, there] });
        put(here, "orders/late.json");
        await sandbox.clock.sleep(20 * minuteMs);
        expect(state(there, "meridian-replication-latency-orders")).to.equal("ALARM");
        expect(state(far, "meridian-replication-latency-orders")).to.equal("OK");
        expect(state(here, "meridian-replication-latency-orders")).to.equal("OK");
        expect(notices(here)).to.deep.equal(["Replication:OperationMissedThreshold"]);
        expect(objects(far).get("orders/late.json")?.body?.toString()).to.equal("orders/late.json");

        sandbox.faults.healAll();
        // Two minutes of five: it goes on ringing for as long as they are looked at.
        await sandbox.clock.sleep(10 * minuteMs);
        expect(objects(there).get("orders/late.json")?.replication).to.equal("REPLICA");
        expect(state(there, "meridian-replication-latency-orders")).to.equal("OK");
        expect(notices(here)).to.deep.equal([
            "Replication:OperationMissedThreshold",
            "Replication:OperationReplicatedAfterThreshold",
        ]);
    });

    it("rings where a copy failed for good, with the reason in the notice", async () => {
        const [key] = sandbox.store
            .list("aws:kms/key:Key", far)
            .filter(({ id }) => id.endsWith("keys-data"));
        expect(key).not.to.equal(undefined);
        if (key !== undefined) {
            sandbox.store.delete(key.type, key.region, key.id);
        }
        put(here, "orders/failed.json");
        const states = new Set([state(here, "meridian-replication-failures-orders")]);
        for (let second = 0; second < 180; second += 10) {
            await sandbox.clock.sleep(10_000);
            states.add(state(here, "meridian-replication-failures-orders"));
        }
        expect(objects(here).get("orders/failed.json")?.replication).to.equal("FAILED");
        // A failure is one minute's: the alarm is over soon, its notice is not.
        expect([...states]).to.deep.equal(["OK", "ALARM"]);
        expect(notices(here).at(-1)).to.equal("Replication:OperationFailedReplication");
        const told = sandbox.topics
            .published()
            .filter(({ publisher }) => publisher === "s3.amazonaws.com");
        expect(told.at(-1)?.message).to.contain('"failureReason":"DstKmsKeyNotFound"');
    });
});
