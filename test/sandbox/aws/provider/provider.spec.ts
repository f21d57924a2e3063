import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

import * as grpc from "@grpc/grpc-js";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { unknownValue } from "../../../../sandbox/aws/resourceType";
import { ControlPlane } from "../../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../../sandbox/world/server";
import { urnOf } from "../../support/account";
import { fakeWorld } from "../../support/fakeWorld";

const main = path.join(__dirname, "../../../../sandbox/aws/provider/main.ts");
const bucketType = "aws:s3/bucket:Bucket";

type Json = Record<string, unknown>;

/** The methods that the tests call, with what goes in and what comes out. */
interface Methods {
    readonly attach: readonly [PluginAttach, Empty];
    readonly cancel: readonly [Empty, Empty];
    readonly check: readonly [messages.CheckRequest, messages.CheckResponse];
    readonly checkConfig: readonly [messages.CheckRequest, messages.CheckResponse];
    readonly configure: readonly [messages.ConfigureRequest, messages.ConfigureResponse];
    readonly construct: readonly [messages.ConstructRequest, messages.ConstructResponse];
    readonly create: readonly [messages.CreateRequest, messages.CreateResponse];
    readonly delete: readonly [messages.DeleteRequest, Empty];
    readonly diff: readonly [messages.DiffRequest, messages.DiffResponse];
    readonly diffConfig: readonly [messages.DiffRequest, messages.DiffResponse];
    readonly getPluginInfo: readonly [Empty, PluginInfo];
    readonly getSchema: readonly [messages.GetSchemaRequest, messages.GetSchemaResponse];
    readonly handshake: readonly [
        messages.ProviderHandshakeRequest,
        messages.ProviderHandshakeResponse,
    ];
    readonly invoke: readonly [messages.InvokeRequest, messages.InvokeResponse];
    readonly read: readonly [messages.ReadRequest, messages.ReadResponse];
    readonly update: readonly [messages.UpdateRequest, messages.UpdateResponse];
}

/** A plugin process, started as the engine starts it, and a client of it. */
class Plugin {
    private constructor(
        readonly process: ChildProcess,
        readonly client: ResourceProviderClient,
    ) {}

    static async start(environment: NodeJS.ProcessEnv): Promise<Plugin> {
        const child = spawn(
            process.execPath,
            ["-r", "ts-node/register/transpile-only", main, "127.0.0.1:1"],
            {
                env: { PATH: process.env.PATH, ...environment },
                stdio: ["ignore", "pipe", "inherit"],
            },
        );
        const port = await new Promise<string>((resolve, reject) => {
            createInterface(child.stdout).once("line", resolve);
            child.once("exit", () => reject(new Error("the plugin ended before it had a port")));
        });
        return new Plugin(
            child,
            new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()),
        );
    }

    async stop(): Promise<void> {
        this.client.close();
        const ended = new Promise((resolve) => this.process.once("exit", resolve));
        this.process.kill("SIGKILL");
        await ended;
    }

    call<M extends keyof Methods>(method: M, request: Methods[M][0]): Promise<Methods[M][1]> {
        const client = this.client as unknown as Record<
            M,
            (
                request: Methods[M][0],
                done: (error: grpc.ServiceError | null, response: Methods[M][1]) => void,
            ) => unknown
        >;
        return new Promise((resolve, reject) => {
            client[method](request, (error, response) =>
                error === null ? resolve(response) : reject(error),
            );
        });
    }

    configure(variables: Json): Promise<messages.ConfigureResponse> {
        const request = new messages.ConfigureRequest();
        for (const [key, value] of Object.entries(variables)) {
            request
                .getVariablesMap()
                .set(
                    `aws:config:${key}`,
                    typeof value === "string" ? value : JSON.stringify(value),
                );
        }
        request.setArgs(struct(variables));
        request.setUrn("urn:pulumi:test::project::pulumi:providers:aws::default_7_48_0");
        return this.call("configure", request);
    }
}

function struct(value: Json): Struct {
    return Struct.fromJavaScript(value as Record<string, JavaScriptValue>);
}

async function failure(call: Promise<unknown>): Promise<grpc.ServiceError> {
    return call.then(
        () => {
            throw new Error("did not fail");
        },
        (error: grpc.ServiceError) => error,
    );
}

describe("the provider plugin", () => {
    let world: ReturnType<typeof fakeWorld>;
    let endpoint: ProviderEndpoint;
    let plugin: Plugin;

    before(async () => {
        world = fakeWorld();
        endpoint = new ProviderEndpoint(world, new ControlPlane(world, { timeoutMs: 60_000 }));
        await endpoint.start();
        plugin = await Plugin.start({ REHEARSAL_CLOUD_URL: endpoint.url() });
    });
    after(async () => {
        await plugin.stop();
        await endpoint.stop();
        world.close();
    });
    afterEach(() => world.faults.healAll());

    it("shakes hands, attaches and says what it stands for", async () => {
        const hands = await plugin.call("handshake", new messages.ProviderHandshakeRequest());
        expect(hands.getAcceptSecrets()).to.equal(false);
        expect(hands.getSupportsAutonamingConfiguration()).to.equal(true);
        await plugin.call("attach", new PluginAttach());
        const info = await plugin.call("getPluginInfo", new Empty());
        expect(info.getVersion()).to.equal("7.48.0");
        const schema = await plugin.call("getSchema", new messages.GetSchemaRequest());
        expect(schema.getSchema()).to.equal("{}");
    });

    async function checkConfig(of: Plugin, config: Json): Promise<readonly string[]> {
        const request = new messages.CheckRequest();
        request.setNews(struct(config));
        const response = await of.call("checkConfig", request);
        return response
            .getFailuresList()
            .map((entry) => `${entry.getProperty()}: ${entry.getReason()}`);
    }

    it("checks its own configuration, everything at once", async () => {
        expect(await checkConfig(plugin, { region: "eu-west-1" })).to.deep.equal([]);
        const failures = await checkConfig(plugin, {
            regoin: "eu-west-1",
            allowedAccountIds: '["12"]',
            forbiddenAccountIds: "[]",
        });
        expect(failures.map((entry) => entry.split(":")[0])).to.deep.equal([
            "regoin",
            "region",
            "allowedAccountIds",
            "forbiddenAccountIds",
        ]);
        expect(await checkConfig(plugin, { region: "Ireland" })).to.have.length(1);
    });

    it("lets pass what a preview does not know of its configuration", async () => {
        for (const allowedAccountIds of [unknownValue, JSON.stringify([unknownValue])]) {
            expect(
                await checkConfig(plugin, { region: unknownValue, allowedAccountIds }),
            ).to.deep.equal([]);
        }
    });

    it("takes the region from the environment where the configuration has none", async () => {
        const other = await Plugin.start({
            REHEARSAL_CLOUD_URL: endpoint.url(),
            AWS_REGION: "sa-east-1",
        });
        try {
            expect(await checkConfig(other, {})).to.deep.equal([]);
            await other.configure({});
            const request = new messages.CreateRequest();
            request.setUrn(urnOf(bucketType, "env"));
            request.setProperties(struct({ bucket: "from-environment" }));
            await other.call("create", request);
            expect(world.store.get(bucketType, "sa-east-1", "from-environment")).to.be.an("object");
        } finally {
            await other.stop();
        }
    });

    for (const [title, url, expected] of [
        ["unset", undefined, "REHEARSAL_CLOUD_URL is not set"],
        ["not a URL", "world", "must be a URL"],
        ["not on loopback", "http://10.0.0.1:80", "must be http on a loopback address"],
        [
            "a name that only looks like loopback",
            "http://127.0.0.1.example.com",
            "must be http on a loopback address",
        ],
        ["not http", "https://127.0.0.1", "must be http on a loopback address"],
    ] as const) {
        it(`refuses to work with a world's address that is ${title}, and says what to do`, async () => {
            const other = await Plugin.start(url === undefined ? {} : { REHEARSAL_CLOUD_URL: url });
            try {
                const { code, details } = await failure(
                    checkConfig(other, { region: "eu-west-1" }),
                );
                expect(code).to.equal(grpc.status.INVALID_ARGUMENT);
                expect(details).to.contain(expected);
                expect(details).to.contain("start the rehearsal cloud");
                expect(
                    (await failure(other.configure({ region: "eu-west-1" }))).details,
                ).to.contain(expected);
            } finally {
                await other.stop();
            }
        });
    }

    it("says so when nothing answers at the world's address", async () => {
        const other = await Plugin.start({ REHEARSAL_CLOUD_URL: "http://127.0.0.1:1" });
        try {
            const { details } = await failure(other.configure({ region: "eu-west-1" }));
            expect(details).to.contain(
                "the rehearsal cloud at http://127.0.0.1:1 cannot be reached",
            );
        } finally {
            await other.stop();
        }
    });

    describe("configured", () => {
        before(async () => {
            const response = await plugin.configure({
                region: "eu-west-1",
                defaultTags: '{"tags":{"owner":"sre"}}',
            });
            expect(response.getSupportspreview()).to.equal(true);
            expect(response.getAcceptsecrets()).to.equal(false);
        });

        function create(name: string, properties: Json): Promise<messages.CreateResponse> {
            const request = new messages.CreateRequest();
            request.setUrn(urnOf(bucketType, name));
            request.setProperties(struct(properties));
            return plugin.call("create", request);
        }

        it("carries a resource through its whole life", async () => {
            const urn = urnOf(bucketType, "data");
            const check = new messages.CheckRequest();
            check.setUrn(urn);
            check.setNews(struct({ tags: { team: "x" } }));
            check.setRandomseed(Buffer.from("seed"));
            const checked = await plugin.call("check", check);
            const inputs = checked.getInputs()!.toJavaScript();
            expect(inputs.bucket).to.match(/^data-[0-9a-f]{7}$/);

            const created = await create("data", inputs);
            const outputs = created.getProperties()!.toJavaScript();
            expect(outputs).to.deep.include({
                arn: `arn:aws:s3:::${created.getId()}`,
                tagsAll: { owner: "sre", team: "x" },
            });

            const diff = new messages.DiffRequest();
            diff.setUrn(urn);
            diff.setId(created.getId());
            diff.setOlds(created.getProperties());
            diff.setOldInputs(checked.getInputs());
            diff.setNews(struct({ ...inputs, tags: { team: "y" }, objectLockEnabled: true }));
            const difference = await plugin.call("diff", diff);
            expect(difference.getChanges()).to.equal(messages.DiffResponse.DiffChanges.DIFF_SOME);
            expect(difference.getHasdetaileddiff()).to.equal(true);
            expect(difference.getReplacesList()).to.deep.equal(["objectLockEnabled"]);
            const kinds: Json = {};
            difference.getDetaileddiffMap().forEach((entry, key) => (kinds[key] = entry.getKind()));
            expect(kinds).to.deep.equal({
                "tags.team": messages.PropertyDiff.Kind.UPDATE,
                objectLockEnabled: messages.PropertyDiff.Kind.ADD_REPLACE,
            });

            const update = new messages.UpdateRequest();
            update.setUrn(urn);
            update.setId(created.getId());
            update.setOlds(created.getProperties());
            update.setNews(struct({ ...inputs, tags: { team: "y" } }));
            const updated = await plugin.call("update", update);
            expect(updated.getProperties()!.toJavaScript().tagsAll).to.deep.equal({
                owner: "sre",
                team: "y",
            });

            const read = new messages.ReadRequest();
            read.setUrn(urn);
            read.setId(created.getId());
            read.setProperties(updated.getProperties());
            const found = await plugin.call("read", read);
            expect(found.getId()).to.equal(created.getId());
            expect(found.getInputs()!.toJavaScript().tags).to.deep.equal({ team: "y" });

            const remove = new messages.DeleteRequest();
            remove.setUrn(urn);
            remove.setId(created.getId());
            remove.setProperties(updated.getProperties());
            await plugin.call("delete", remove);
            const gone = await plugin.call("read", read);
            expect(gone.getId()).to.equal("");
        });

        it("opens secrets on the way in and makes asset paths absolute", async () => {
            const signature = "4dabf18193072939515e22adb298388d";
            await create("secret", {
                bucket: {
                    [signature]: "1b47061264138c4ac30d75fd1eb44270",
                    value: "secret-name",
                },
            });
            expect(world.store.get(bucketType, "eu-west-1", "secret-name")).to.be.an("object");
            const request = new messages.CreateRequest();
            request.setUrn(urnOf("aws:s3/bucketObjectv2:BucketObjectv2", "file"));
            const asset = {
                [signature]: "c44067f5952c0a294b673a41bacd8c17",
                hash: "x",
                path: "package.json",
            };
            request.setProperties(struct({ bucket: "secret-name", key: "file", source: asset }));
            const made = await plugin.call("create", request);
            expect(made.getProperties()!.toJavaScript().source).to.deep.equal({
                ...asset,
                path: path.resolve("package.json"),
            });
        });

        it("passes on what AWS refuses as a clean failure", async () => {
            await create("first", { bucket: "taken" });
            const { code, details } = await failure(create("second", { bucket: "taken" }));
            expect(code).to.equal(grpc.status.FAILED_PRECONDITION);
            expect(details).to.match(/^creating aws:s3\/bucket:Bucket: .*BucketAlreadyOwnedByYou/);
        });

        it("answers lookups it has and refuses the others", async () => {
            const request = new messages.InvokeRequest();
            request.setTok("aws:index/getRegion:getRegion");
            const answer = await plugin.call("invoke", request);
            expect(answer.getReturn()!.toJavaScript()).to.include({ region: "eu-west-1" });
            request.setTok("aws:ec2/getVpc:getVpc");
            const { code } = await failure(plugin.call("invoke", request));
            expect(code).to.equal(grpc.status.INVALID_ARGUMENT);
        });

        it("gives up what hangs when the engine cancels", async () => {
            const other = await Plugin.start({ REHEARSAL_CLOUD_URL: endpoint.url() });
            try {
                await other.configure({ region: "ap-south-1" });
                world.faults.inject({ kind: "blackout", region: "ap-south-1" });
                const request = new messages.CreateRequest();
                request.setUrn(urnOf(bucketType, "hangs"));
                request.setProperties(struct({ bucket: "hangs" }));
                const mark = world.journal.mark();
                const hanging = failure(other.call("create", request));
                while (world.journal.since(mark).length === 0) {
                    await new Promise((resolve) => setImmediate(resolve));
                }
                await other.call("cancel", new Empty());
                expect((await hanging).code).to.equal(grpc.status.CANCELLED);
                expect(world.journal.since(mark)[0]?.outcome).to.equal("timeout");
            } finally {
                await other.stop();
            }
        });

        it("ends when the engine interrupts it, with its session open and a call under way", async () => {
            const other = await Plugin.start({ REHEARSAL_CLOUD_URL: endpoint.url() });
            try {
                await other.configure({ region: "eu-west-1" });
                world.faults.inject({ kind: "blackout", region: "eu-west-1" });
                const request = new messages.CreateRequest();
                request.setUrn(urnOf(bucketType, "cut"));
                request.setProperties(struct({ bucket: "cut" }));
                const cut = failure(other.call("create", request));
                const ended = new Promise((resolve) => other.process.once("exit", resolve));
                other.process.kill("SIGINT");
                expect(await ended).to.equal(0);
                await cut;
            } finally {
                other.process.kill("SIGKILL");
            }
        });

        it("sees a change of its own configuration, and replaces nothing for it", async () => {
            const request = new messages.DiffRequest();
            request.setOldInputs(struct({ region: "eu-west-1" }));
            request.setNews(struct({ region: "sa-east-1" }));
            const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
            const change = await plugin.call("diffConfig", request);
            expect(change.getChanges()).to.equal(DIFF_SOME);
            expect(change.getReplacesList()).to.deep.equal([]);
            request.setNews(request.getOldInputs());
            expect((await plugin.call("diffConfig", request)).getChanges()).to.equal(DIFF_NONE);
        });

        it("does not know the methods of components", async () => {
            const { code } = await failure(
                plugin.call("construct", new messages.ConstructRequest()),
            );
            expect(code).to.equal(grpc.status.UNIMPLEMENTED);
        });
    });
});
