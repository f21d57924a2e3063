import { expect } from "chai";

import { AwsError } from "../../../sandbox/aws/awsError";
import type { ResourceType } from "../../../sandbox/aws/resourceType";
import { unknownValue } from "../../../sandbox/aws/resourceType";
import { Account, refusal, settings, urnOf } from "../support/account";

const thing: ResourceType = {
    type: "aws:test/thing:Thing",
    service: "test",
    home: "regional",
    actions: { create: "MakeThing", read: "GetThing", update: "SetThing", delete: "DropThing" },
    inputs: ["name", "size", "tags"],
    required: [],
    replaceOn: ["name"],
    autoname: { property: "name", maxLength: 20 },
    computed: ["arn", "revision"],
    changesOnUpdate: ["revision"],
    admit: (inputs) => {
        if (inputs.size === 99) {
            throw new TypeError("a bug");
        }
        if (inputs.size === 13) {
            throw new AwsError("Unlucky", "13 is not allowed");
        }
    },
    compute: (inputs, context, current) => ({
        id: `thing-${context.unique(6)}`,
        outputs: {
            ...inputs,
            arn: `arn:${context.region}`,
            revision: Number(current?.revision ?? 0) + 1,
        },
    }),
    refuseDelete: (outputs) => {
        if (outputs.size === 7) {
            throw new AwsError("Protected", "7 stays", 409);
        }
    },
};
const worldwide: ResourceType = { ...thing, type: "aws:test/global:Global", home: "us-east-1" };
const item: ResourceType = { ...thing, type: "aws:test/item:Item", plane: "data" };

describe("ControlPlane", () => {
    let account: Account;

    beforeEach(() => {
        account = new Account({ types: [thing, worldwide, item], timeoutMs: 2000 });
    });
    afterEach(() => account.close());

    it("creates what it is told, in the region of the provider or of the resource", async () => {
        const made = await account.create(thing.type, { size: 1 });
        expect(made.outputs).to.include({ region: "eu-west-1", arn: "arn:eu-west-1", id: made.id });
        const other = await account.create(thing.type, { size: 1, region: "sa-east-1" });
        expect(account.world.store.get(thing.type, "sa-east-1", other.id)?.inputs).to.deep.equal({
            name: other.outputs.name,
            region: "sa-east-1",
            size: 1,
        });
    });

    it("records each call with its caller, its plane and the home that answered", async () => {
        const mark = account.world.journal.mark();
        const made = await account.create(thing.type, {});
        await account.create(worldwide.type, {});
        await account.create(item.type, {});
        await account.delete(thing.type, made);
        const seen = account.world.journal
            .since(mark)
            .map(({ caller, plane, service, action, region, outcome }) =>
                [caller, plane, service, action, region, outcome].join(" "),
            );
        expect(seen).to.deep.equal([
            "pulumi:test control test MakeThing eu-west-1 ok",
            "pulumi:test control test MakeThing us-east-1 ok",
            "pulumi:test data test MakeThing eu-west-1 ok",
            "pulumi:test control test DropThing eu-west-1 ok",
        ]);
    });

    it("asks nobody for a check, a diff or a preview", async () => {
        const made = await account.create(thing.type, { size: 1 });
        const mark = account.world.journal.mark();
        const call = { settings: settings("eu-west-1"), urn: urnOf(thing.type, "r1") };
        account.failures(thing.type, { size: 2 });
        account.controlPlane.diff({
            ...call,
            id: made.id,
            olds: made.outputs,
            oldInputs: { size: 1 },
            news: { size: 2 },
            ignoreChanges: [],
        });
        await account.controlPlane.create({ ...call, properties: { size: 3 }, preview: true });
        await account.controlPlane.update({
            ...call,
            id: made.id,
            olds: made.outputs,
            news: { size: 4 },
            preview: true,
        });
        expect(account.world.journal.since(mark)).to.deep.equal([]);
        expect(account.world.store.get(thing.type, "eu-west-1", made.id)?.inputs.size).to.equal(1);
    });

    it("previews a create with everything computed unknown, and an update with what any update changes", async () => {
        const made = await account.create(thing.type, { size: 1 });
        const call = { settings: settings("eu-west-1"), urn: urnOf(thing.type, "r1") };
        const created = await account.controlPlane.create({
            ...call,
            properties: { size: 3 },
            preview: true,
        });
        expect(created).to.deep.equal({
            id: "",
            properties: {
                arn: unknownValue,
                revision: unknownValue,
                size: 3,
                region: "eu-west-1",
                tagsAll: {},
            },
        });
        const updated = await account.controlPlane.update({
            ...call,
            id: made.id,
            olds: made.outputs,
            news: { size: unknownValue },
            preview: true,
        });
        expect(updated.properties).to.include({
            arn: "arn:eu-west-1",
            revision: unknownValue,
            size: unknownValue,
        });
    });

    it("updates in place and keeps the id", async () => {
        const made = await account.create(thing.type, { name: "a", size: 1 });
        const updated = await account.update(thing.type, made, { name: "a", size: 2 });
        expect(updated.outputs).to.include({ id: made.id, size: 2, revision: 2 });
        expect(account.world.store.list(thing.type)).to.have.length(1);
    });

    it("refuses in AWS's words and changes nothing", async () => {
        const message = await refusal(account.create(thing.type, { size: 13 }));
        expect(message).to.match(
            /^creating aws:test\/thing:Thing: operation error test: MakeThing, https response error StatusCode: 400, RequestID: [0-9a-f-]{36}, Unlucky: 13 is not allowed$/,
        );
        expect(account.world.store.list(thing.type)).to.deep.equal([]);
        expect(account.world.journal.since(0).at(-1)?.outcome).to.equal("refused");
    });

    it("does not pass a bug of its own off as AWS's refusal", async () => {
        expect(await refusal(account.create(thing.type, { size: 99 }))).to.equal("a bug");
        expect(account.world.journal.since(0).at(-1)?.outcome).to.equal("failed");
    });

    it("refuses a delete that AWS would refuse, and takes what is gone for deleted", async () => {
        const made = await account.create(thing.type, { size: 7 });
        expect(await refusal(account.delete(thing.type, made))).to.contain("Protected: 7 stays");
        expect(account.world.store.list(thing.type)).to.have.length(1);
        account.world.store.delete(thing.type, "eu-west-1", made.id);
        await account.delete(thing.type, made);
    });

    it("gives a replacement of the same name another id", async () => {
        const call = {
            settings: settings("eu-west-1"),
            urn: urnOf(thing.type, "same"),
            properties: { name: "n" },
            preview: false,
        };
        const first = await account.controlPlane.create(call);
        const second = await account.controlPlane.create(call);
        expect(second.id).not.to.equal(first.id);
    });

    it("reads what is there, what drifted and what is gone", async () => {
        const made = await account.create(thing.type, { name: "n", size: 1 });
        const call = {
            settings: settings("eu-west-1"),
            urn: urnOf(thing.type, "r1"),
            id: made.id,
            properties: made.outputs,
            inputs: { name: "n", size: 1, __defaults: ["name"] },
        };
        const resource = account.world.store.get(thing.type, "eu-west-1", made.id)!;
        account.world.store.put({
            ...resource,
            inputs: { name: "n", size: 5 },
            outputs: { ...resource.outputs, size: 5 },
        });
        const drifted = await account.controlPlane.read(call);
        expect(drifted.properties.size).to.equal(5);
        expect(drifted.inputs).to.deep.equal({ name: "n", size: 5, __defaults: ["name"] });
        account.world.store.delete(thing.type, "eu-west-1", made.id);
        expect((await account.controlPlane.read(call)).id).to.equal("");
    });

    it("imports by id, also from another region", async () => {
        const made = await account.create(thing.type, { size: 1, region: "sa-east-1" });
        const call = {
            settings: settings("eu-west-1"),
            urn: urnOf(thing.type, "r1"),
            properties: {},
            inputs: {},
        };
        expect((await account.controlPlane.read({ ...call, id: made.id })).id).to.equal("");
        const found = await account.controlPlane.read({ ...call, id: `${made.id}@sa-east-1` });
        expect(found.id).to.equal(made.id);
        expect(found.properties.region).to.equal("sa-east-1");
    });

    describe("when a home is down", () => {
        it("hangs until its timeout, then fails as the SDK does", async () => {
            account.world.faults.inject({ kind: "control-planes", region: "us-east-1" });
            const before = account.world.clock.now();
            const message = await refusal(account.create(worldwide.type, {}));
            expect(message).to.contain("request send failed: no answer from test in us-east-1");
            expect(account.world.clock.now() - before).to.be.at.least(2000);
            expect(account.world.store.list(worldwide.type)).to.deep.equal([]);
        });

        it("has the call on record before it has failed", () => {
            account.world.faults.inject({ kind: "blackout", region: "eu-west-1" });
            void account.create(thing.type, {}).catch(() => undefined);
            expect(account.world.journal.since(0).at(-1)).to.include({
                region: "eu-west-1",
                outcome: "timeout",
            });
        });

        it("stops waiting when its caller goes", async () => {
            account.world.faults.inject({ kind: "blackout", region: "eu-west-1" });
            const gone = new AbortController();
            const call = account.controlPlane.create(
                {
                    settings: settings("eu-west-1"),
                    urn: urnOf(thing.type, "r1"),
                    properties: {},
                    preview: false,
                },
                gone.signal,
            );
            gone.abort(new Error("gone"));
            expect(await refusal(call)).to.equal("gone");
        });

        it("keeps the data plane when only the control planes are gone", async () => {
            account.world.faults.inject({ kind: "control-planes", region: "eu-west-1" });
            await account.create(item.type, {});
            account.world.faults.inject({ kind: "blackout", region: "eu-west-1" });
            await refusal(account.create(item.type, {}));
        });

        it("keeps every other region", async () => {
            account.world.faults.inject({ kind: "blackout", region: "us-east-1" });
            await account.create(thing.type, {});
        });
    });

    it("refuses a type it does not know and says which file describes it", async () => {
        expect(await refusal(account.create("aws:rds/cluster:Cluster", {}))).to.match(
            /does not know the type aws:rds\/cluster:Cluster; describe it in sandbox\/aws\/rds\.ts/,
        );
    });

    it("refuses an account that is not allowed", async () => {
        const call = {
            settings: settings("eu-west-1"),
            allowedAccountIds: ["999999999999"],
            forbiddenAccountIds: [],
            skipRequestingAccountId: false,
        };
        expect(await refusal(account.controlPlane.configure(call))).to.match(
            /^AWS account ID not allowed: 111122223333 \(allowedAccountIds: 999999999999\)/,
        );
        expect(
            await account.controlPlane.configure({ ...call, allowedAccountIds: ["111122223333"] }),
        ).to.deep.equal({ accountId: "111122223333" });
    });

    it("asks STS in the provider's own region, unless told not to", async () => {
        const call = {
            settings: settings("eu-west-1"),
            allowedAccountIds: [],
            forbiddenAccountIds: [],
        };
        await account.controlPlane.configure({ ...call, skipRequestingAccountId: true });
        expect(account.world.journal.since(0)).to.deep.equal([]);
        await account.controlPlane.configure({ ...call, skipRequestingAccountId: false });
        expect(account.world.journal.since(0).at(0)).to.include({
            service: "sts",
            plane: "data",
            region: "eu-west-1",
        });
    });

    it("looks a table up where it is asked, with the stream that it has there", async () => {
        account.given(
            "aws:dynamodb/table:Table",
            "carts",
            {
                name: "carts",
                arn: "arn:aws:dynamodb:eu-west-1:111122223333:table/carts",
                streamEnabled: true,
                streamViewType: "NEW_AND_OLD_IMAGES",
                streamLabel: "2026-05-01T00:00:00.000",
                replicas: [{ regionName: "us-east-1" }],
            },
            "eu-west-1",
        );
        const lookUp = (name: string, region: string) =>
            account.controlPlane.invoke({
                settings: settings("eu-west-1"),
                stack: "test",
                token: "aws:dynamodb/getTable:getTable",
                args: { name, region },
            });
        const arn = "arn:aws:dynamodb:us-east-1:111122223333:table/carts";
        expect((await lookUp("carts", "us-east-1")).result).to.deep.include({
            arn,
            streamArn: `${arn}/stream/2026-05-01T00:00:00.000`,
        });
        expect(await refusal(lookUp("carts", "ap-east-1"))).to.match(
            /ResourceNotFoundException.*carts not found in ap-east-1/,
        );
    });

    it("records every lookup and answers only what needs no control plane", async () => {
        const call = { settings: settings("eu-west-1"), stack: "test", args: {} };
        const identity = await account.controlPlane.invoke({
            ...call,
            token: "aws:index/getCallerIdentity:getCallerIdentity",
        });
        expect(identity.result.accountId).to.equal("111122223333");
        const message = await refusal(
            account.controlPlane.invoke({ ...call, token: "aws:route53/getZone:getZone" }),
        );
        expect(message).to.match(/lookup aws:route53\/getZone:getZone is not available/);
        expect(account.world.journal.since(0).map((record) => record.service)).to.deep.equal([
            "lookup",
            "lookup",
        ]);
    });
});
