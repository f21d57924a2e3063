import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import { hostedZoneResource } from "../../sandbox/aws/route53/hostedZones";
import { healthCheckType } from "../../sandbox/aws/route53/recordSet";
import { objectType } from "../../sandbox/aws/s3/buckets";
import { fakeWorld } from "../sandbox/support/fakeWorld";
import { inlineEngine, type InlineEngine, runs } from "./support/inlineStack";

describe("the provider under the real engine", () => {
    let world: ReturnType<typeof fakeWorld>;
    let engine: InlineEngine;

    before(async () => {
        world = fakeWorld([hostedZoneResource({ id: "Z0123456789EXAMPLE", name: "example.com" })]);
        engine = await inlineEngine(world, { timeoutMs: 1000 });
    });
    after(async () => {
        await engine.stop();
        world.close();
    });
    afterEach(() => world.faults.healAll());

    interface Run {
        /** `operation name changed paths`, of everything but the unchanged. */
        readonly steps: readonly string[];
        /** `plane action region` of every call but the provider's own sign-in. */
        readonly calls: readonly string[];
        readonly outputs: OutputMap;
    }

    async function observed(
        run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
    ): Promise<Run> {
        const steps = new Set<string>();
        const mark = world.journal.mark();
        const result = await run(({ resourcePreEvent }) => {
            const step = resourcePreEvent?.metadata;
            if (step !== undefined && step.op !== "same") {
                const paths = Object.keys(step.detailedDiff ?? {}).sort();
                steps.add([step.op, step.urn.split("::").pop(), ...paths].join(" "));
            }
        });
        return {
            steps: [...steps],
            calls: world.journal
                .since(mark)
                .filter(({ service }) => service !== "sts")
                .map(({ plane, action, region }) => `${plane} ${action} ${region}`),
            outputs: (result as { readonly outputs?: OutputMap }).outputs ?? {},
        };
    }

    const up = (stack: Stack): Promise<Run> => observed((onEvent) => stack.up({ onEvent }));
    const preview = (stack: Stack): Promise<Run> =>
        observed((onEvent) => stack.preview({ onEvent }));

    async function message(run: Promise<unknown>): Promise<string> {
        return run.then(
            () => "",
            (error: unknown) => (error as Error).message,
        );
    }

    describe("a stack's life", () => {
        let stack: Stack;
        before(async () => {
            stack = await engine.stack("life", "eu-west-1");
        });

        interface Shape {
            readonly content?: string;
            readonly key?: string;
            readonly options?: pulumi.CustomResourceOptions;
        }

        function deploys({ content = "one", key = "note", options = {} }: Shape = {}): Stack {
            return runs(stack, async () => {
                const bucket = new aws.s3.Bucket("data", { tags: { team: "platform" } });
                const object = new aws.s3.BucketObjectv2(
                    "note",
                    { bucket: bucket.id, key, content },
                    options,
                );
                const check = new aws.route53.HealthCheck("check", {
                    type: "HTTPS",
                    fqdn: bucket.bucketRegionalDomainName,
                    requestInterval: 10,
                });
                return { bucket: bucket.bucket, etag: object.etag, check: check.id };
            });
        }

        it("creates with one call a resource and none for the preview", async () => {
            const { calls, outputs } = await up(deploys());
            expect(calls).to.have.members([
                "control CreateBucket eu-west-1",
                "data PutObject eu-west-1",
                "control CreateHealthCheck us-east-1",
            ]);
            expect(outputs.bucket?.value).to.match(/^data-[0-9a-f]{7}$/);
            expect(outputs.etag?.value).to.equal("f97c5d29941bfb1b2fdab0874906ab82");
        });

        it("makes no call for what has not changed", async () => {
            const { calls, steps } = await up(deploys());
            expect(steps).to.deep.equal([]);
            expect(calls).to.deep.equal([]);
        });

        it("updates one object with one data-plane call, other regions and control planes gone", async () => {
            world.faults.inject({ kind: "blackout", region: "us-east-1" });
            world.faults.inject({ kind: "control-planes", region: "eu-west-1" });
            const { calls, steps } = await up(deploys({ content: "two" }));
            expect(steps).to.deep.equal(["update note content"]);
            expect(calls).to.deep.equal(["data PutObject eu-west-1"]);
        });

        it("leaves alone what is ignored", async () => {
            const options = { ignoreChanges: ["content"] };
            const { steps } = await preview(deploys({ content: "three", options }));
            expect(steps).to.deep.equal([]);
        });

        it("fails as the SDK does when the home of a call is gone", async () => {
            world.faults.inject({ kind: "blackout", region: "eu-west-1" });
            expect(await message(up(deploys({ content: "four" })))).to.match(
                /no answer from \w+ in eu-west-1/,
            );
        });

        it("replaces where AWS could not change in place", async () => {
            const { steps } = await up(deploys({ content: "two", key: "renamed" }));
            expect(steps).to.deep.equal([
                "create-replacement note key",
                "replace note key",
                "delete-replaced note",
            ]);
            expect(world.store.list(objectType).map(({ outputs }) => outputs.key)).to.deep.equal([
                "renamed",
            ]);
        });

        it("sees on refresh what drifted and what is gone, and repairs both", async () => {
            const object = world.store.list(objectType)[0]!;
            world.store.put({
                ...object,
                inputs: { ...object.inputs, content: "somebody else's" },
                outputs: { ...object.outputs, content: "somebody else's" },
            });
            const check = world.store.list(healthCheckType)[0]!;
            world.store.delete(healthCheckType, "global", check.id);
            await stack.refresh();
            const { steps } = await up(deploys({ content: "two", key: "renamed" }));
            expect(steps).to.have.members(["update note content", "create check"]);
            expect(world.store.list(objectType)[0]?.outputs.content).to.equal("two");
            expect(world.store.list(healthCheckType)).to.have.length(1);
        });

        it("leaves nothing behind", async () => {
            await stack.destroy();
            const types = [objectType, healthCheckType];
            expect(types.flatMap((type) => world.store.list(type))).to.deep.equal([]);
            expect(world.store.list("aws:s3/bucket:Bucket", "eu-west-1")).to.deep.equal([]);
        });
    });

    it("takes over by import what exists already", async () => {
        world.store.put({
            type: "aws:s3/bucket:Bucket",
            region: "sa-east-1",
            id: "older-bucket",
            inputs: { bucket: "older-bucket", forceDestroy: false },
            outputs: {
                id: "older-bucket",
                bucket: "older-bucket",
                region: "sa-east-1",
                tagsAll: {},
            },
        });
        const stack = await engine.stack("import", "sa-east-1");
        runs(stack, async () => {
            new aws.s3.Bucket("older", { bucket: "older-bucket" }, { import: "older-bucket" });
        });
        const { calls, steps } = await up(stack);
        expect(steps).to.contain("import older");
        expect(new Set(calls)).to.deep.equal(new Set(["control HeadBucket sa-east-1"]));
    });

    it("reports every problem of a resource in the preview already", async () => {
        const stack = await engine.stack("problems", "eu-west-1");
        runs(stack, async () => {
            new aws.route53.HealthCheck("check", {
                type: "HTTPS",
                requestInterval: 20,
                failureThreshold: 11,
                fqdn: "example.com",
            });
        });
        const text = await message(preview(stack));
        expect(text).to.contain("RequestInterval must be 10 or 30, got 20");
        expect(text).to.contain("must be a whole number from 1 to 10, got 11");
    });

    it("refuses a lookup, and names it in the record", async () => {
        const stack = await engine.stack("lookup", "eu-west-1");
        runs(stack, async () => {
            await aws.route53.getZone({ name: "example.com" });
        });
        const mark = world.journal.mark();
        const text = await message(preview(stack));
        expect(text).to.contain("aws:route53/getZone:getZone is not available");
        expect(world.journal.since(mark).map(({ service }) => service)).to.contain("lookup");
    });

    it("refuses an account that the stack does not allow", async () => {
        const stack = await engine.stack("account", "eu-west-1", {
            "aws:allowedAccountIds": '["999999999999"]',
        });
        runs(stack, async () => {
            new aws.s3.Bucket("data");
        });
        expect(await message(preview(stack))).to.contain(
            "AWS account ID not allowed: 111122223333",
        );
    });

    it("serves several providers in their regions, with default tags, and carries assets whole", async () => {
        const stack = await engine.stack("several", "eu-west-1", {
            "aws:defaultTags": '{"tags":{"owner":"sre"}}',
        });
        const trust = {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
        };
        const deploys = (code: string): Stack =>
            runs(stack, async () => {
                const provider = new aws.Provider("mumbai", { region: "ap-south-1" });
                const there = new aws.sns.Topic("there", { name: "there" }, { provider });
                const elsewhere = new aws.sns.Topic("elsewhere", {
                    name: "elsewhere",
                    region: "sa-east-1",
                    tags: { a: "b" },
                });
                const role = new aws.iam.Role("role", {
                    assumeRolePolicy: JSON.stringify({
                        Version: "2012-10-17",
                        Statement: [trust],
                    }),
                });
                new aws.lambda.Function("handler", {
                    name: "handler",
                    role: role.arn,
                    runtime: "nodejs22.x",
                    handler: "index.handler",
                    code: new pulumi.asset.AssetArchive({
                        "index.js": new pulumi.asset.StringAsset(code),
                    }),
                });
                return { there: there.arn, elsewhere: elsewhere.arn, tags: elsewhere.tagsAll };
            });
        const { outputs } = await up(deploys("exports.handler = 1"));
        expect(outputs.there?.value).to.equal("arn:aws:sns:ap-south-1:111122223333:there");
        expect(outputs.elsewhere?.value).to.equal("arn:aws:sns:sa-east-1:111122223333:elsewhere");
        expect(outputs.tags?.value).to.deep.equal({ a: "b", owner: "sre" });
        const handler = world.store.get("aws:lambda/function:Function", "eu-west-1", "handler");
        expect(handler?.outputs).to.have.nested.property(
            "code.assets.index\\.js.text",
            "exports.handler = 1",
        );
        await stack.setConfig("aws:defaultTags", { value: '{"tags":{"owner":"ops"}}' });
        const { steps } = await preview(deploys("exports.handler = 2"));
        expect(steps).to.have.members([
            "update default_7_48_0",
            "update elsewhere tagsAll",
            "update role tagsAll",
            "update handler code tagsAll",
        ]);
    });
});
