import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { policyPacksOf, type LaneUpdate } from "../../automation/estate";
import type { PolicyPackUse } from "../../automation/stacks";
import { globalStack, topology } from "../../infra/topology";
import type { Registrations } from "../support/mocks";
import { dial, global, share, stack, urnOf, vote, writer } from "./evacuation/lanes";
import type { Given } from "./support/judge";
import { ownStacks, seenInUpdate } from "./support/ownStacks";

const root = path.join(__dirname, "..", "..");

interface Violation {
    readonly policyName: string;
    readonly enforcementLevel: number;
}

/** A pack as the engine runs it: a process that speaks the analyzer protocol. */
class Analyzer {
    private constructor(
        private readonly child: ChildProcess,
        private readonly client: grpc.Client & Record<string, CallableFunction>,
    ) {}

    static async start(pack: string): Promise<Analyzer> {
        const folder = path.join(root, "policies", pack);
        const child = spawn(
            process.execPath,
            [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", folder],
            {
                cwd: folder,
                env: {
                    ...process.env,
                    PULUMI_NODEJS_TYPESCRIPT: "true",
                    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                },
                stdio: ["ignore", "pipe", "inherit"],
            },
        );
        const [port] = (await once(child.stdout, "data")) as [Buffer];
        const Client = (services as unknown as Record<string, grpc.ServiceClientConstructor>)[
            "AnalyzerClient"
        ] as grpc.ServiceClientConstructor;
        const client = new Client(
            `127.0.0.1:${port.toString().trim()}`,
            grpc.credentials.createInsecure(),
        );
        return new Analyzer(child, client);
    }

    stop(): void {
        this.client.close();
        this.child.kill();
    }

    call<T>(method: string, request: unknown): Promise<T> {
        return new Promise((resolve, reject) => {
            this.client[method]?.(request, (error: Error | null, answer: T) =>
                error === null ? resolve(answer) : reject(error),
            );
        });
    }

    async names(): Promise<readonly string[]> {
        const info = await this.call<messages.AnalyzerInfo>("getAnalyzerInfo", new Empty());
        return info.getPoliciesList().map((policy) => policy.getName());
    }

    /** Hands every policy the defaults of its own schema, and what is configured for it, as the engine does. */
    async configure(configured: PolicyPackUse["config"] = {}): Promise<void> {
        const info = await this.call<messages.AnalyzerInfo>("getAnalyzerInfo", new Empty());
        const request = new messages.ConfigureAnalyzerRequest();
        for (const policy of info.getPoliciesList()) {
            const schema = policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {};
            const defaults = Object.entries(schema).map(([name, property]) => [
                name,
                (property as { default: JavaScriptValue }).default,
            ]);
            const config = new messages.PolicyConfig();
            config.setEnforcementlevel(policy.getEnforcementlevel());
            config.setProperties(
                Struct.fromJavaScript({
                    ...(Object.fromEntries(defaults) as Record<string, JavaScriptValue>),
                    ...(configured[policy.getName()] as Record<string, JavaScriptValue>),
                }),
            );
            request.getPolicyconfigMap().set(policy.getName(), config);
        }
        await this.call("configure", request);
    }

    /** Violations of one resource, as the engine asks for them in a preview. */
    async analyze(type: string, props: Record<string, unknown>): Promise<readonly Violation[]> {
        return this.analyzeOne({ type, props });
    }

    async analyzeOne(given: Given): Promise<readonly Violation[]> {
        const request = described(new messages.AnalyzeRequest(), given);
        return violations(await this.call<messages.AnalyzeResponse>("analyze", request));
    }

    /** Violations of a whole stack, as the engine asks for them when all is registered. */
    async analyzeStack(given: readonly Given[]): Promise<readonly Violation[]> {
        const request = new messages.AnalyzeStackRequest();
        request.setResourcesList(
            given.map((each) => {
                const resource = described(new messages.AnalyzerResource(), each);
                for (const [property, urns] of Object.entries(each.from ?? {})) {
                    const from = new messages.AnalyzerPropertyDependencies();
                    from.setUrnsList([...urns]);
                    resource.getPropertydependenciesMap().set(property, from);
                }
                return resource;
            }),
        );
        return violations(await this.call<messages.AnalyzeResponse>("analyzeStack", request));
    }
}

function described<T extends messages.AnalyzeRequest | messages.AnalyzerResource>(
    request: T,
    { type, name, urn, props, provider }: Given,
): T {
    request.setType(type);
    request.setUrn(urn ?? `urn:pulumi:test::meridian::${type}::it`);
    request.setName(name ?? "it");
    // As on the wire, where there is no undefined.
    const plain = JSON.parse(JSON.stringify(props)) as Record<string, JavaScriptValue>;
    request.setProperties(Struct.fromJavaScript(plain));
    const options = new messages.AnalyzerResourceOptions();
    options.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
    request.setOptions(options);
    if (provider !== undefined) {
        const held = new messages.AnalyzerProviderResource();
        held.setType("pulumi:providers:aws");
        held.setProperties(Struct.fromJavaScript(provider as Record<string, JavaScriptValue>));
        request.setProvider(held);
    }
    return request;
}

function violations(answer: messages.AnalyzeResponse): readonly Violation[] {
    return answer.getDiagnosticsList().map((diagnostic) => ({
        policyName: diagnostic.getPolicyname(),
        enforcementLevel: diagnostic.getEnforcementlevel(),
    }));
}

const mandatory = messages.EnforcementLevel.MANDATORY;

describe("the packs, as processes", () => {
    const running: Analyzer[] = [];

    async function start(pack: string): Promise<Analyzer> {
        const analyzer = await Analyzer.start(pack);
        running.push(analyzer);
        return analyzer;
    }

    after(() => {
        for (const analyzer of running) {
            analyzer.stop();
        }
    });

    it("resilience starts and blocks an unencrypted topic", async () => {
        const analyzer = await start("resilience");
        expect(await analyzer.names()).to.include("health-check-thresholds");
        const level = { enforcementLevel: mandatory };
        expect(await analyzer.analyze("aws:sns/topic:Topic", { name: "t" })).to.deep.equal([
            { policyName: "encryption-messaging-customer-managed-key", ...level },
        ]);
        expect(
            await analyzer.analyze("aws:sns/topic:Topic", { kmsMasterKeyId: "alias/meridian" }),
        ).to.deep.equal([]);
    });

    it("resilience binds on what is known while the rest is not", async () => {
        const analyzer = await start("resilience");
        const violations = await analyzer.analyze("aws:dynamodb/table:Table", {
            serverSideEncryption: {
                enabled: true,
                kmsKeyArn: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: true,
            replicas: [{ regionName: "us-east-1", pointInTimeRecovery: true }],
            billingMode: "PAY_PER_REQUEST",
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
        });
        expect(violations).to.deep.equal([
            {
                policyName: "encryption-table-customer-managed-key",
                enforcementLevel: mandatory,
            },
        ]);
    });

    it("resilience finds nothing in our own stacks, and something once a part is missing", async () => {
        const analyzer = await start("resilience");
        await analyzer.configure();
        const stacks = await ownStacks("full");
        for (const stack of ["us-east-1", globalStack]) {
            const seen = seenInUpdate(stacks.get(stack) as Registrations);
            const found = await Promise.all(
                seen.map(({ inputs }) => analyzer.analyze(inputs.type, inputs.props)),
            );
            expect(found.flat(), stack).to.deep.equal([]);
            const outputs = seen.map((each) => each.outputs);
            expect(await analyzer.analyzeStack(outputs), stack).to.deep.equal([]);
            const versioning = "aws:s3/bucketVersioning:BucketVersioning";
            const buckets = outputs.filter(({ type }) => type === versioning);
            expect(
                await analyzer.analyzeStack(outputs.filter(({ type }) => type !== versioning)),
                stack,
            ).to.deep.equal(
                buckets.map(() => ({
                    policyName: "recovery-bucket-versioning",
                    enforcementLevel: mandatory,
                })),
            );
        }
    }).timeout(120_000);

    it("evacuation starts", async () => {
        const analyzer = await start("evacuation");
        expect(await analyzer.names()).to.have.members([
            "evacuation-direction",
            "evacuation-enough-regions",
            "evacuation-exact-inverse",
            "evacuation-named-region",
            "evacuation-not-itself",
            "evacuation-nothing-else",
            "evacuation-nothing-removed",
            "evacuation-one-region",
            "evacuation-outside-region",
            "evacuation-vote-body",
        ]);
    });

    describe("evacuation, told of a lane as an update of it is", () => {
        const region = "us-east-1";
        const roles = { writer: "eu-west-1", standby: region, writerHome: region };
        const open = dial(region, 100);
        const listener: Given = { type: "aws:lb/listener:Listener", name: "https", props: {} };
        const analyzers = new Map<string, Promise<Analyzer>>();

        /** A process per lane; what may change in each of these tests is the same. */
        const told = (lane: LaneUpdate["lane"]): Promise<Analyzer> => {
            const known = analyzers.get(lane) ?? tell(lane);
            analyzers.set(lane, known);
            return known;
        };
        const before = [open, writer("eu-west-1"), share(region, "home", 100), listener];
        const removed = dial("me-south-1", 0);

        async function tell(lane: LaneUpdate["lane"]): Promise<Analyzer> {
            const analyzer = await start("evacuation");
            const packs = policyPacksOf(root, { name: "full", topology, configFolder: root });
            const changes = before.map((given) => ({
                urn: urnOf(given),
                type: given.type,
                name: given.name ?? "",
                operation: "update",
                paths: [],
                oldInputs: given.props,
                newInputs: {},
            }));
            const [pack] = packs.evacuation({
                lane,
                region,
                share: 10,
                targets: [...before, removed].map(urnOf),
                preview: { changes, previousOutputs: roles },
            });
            await analyzer.configure(pack?.config);
            return analyzer;
        }

        const refused = async (
            lane: LaneUpdate["lane"],
            given: Given,
        ): Promise<readonly string[]> =>
            (await (await told(lane)).analyzeOne(withUrn(given))).map((one) => one.policyName);
        const withUrn = (given: Given): Given => ({ ...given, urn: urnOf(given) });

        it("lets pass what settles, and what fails back", async () => {
            expect(await refused("settle", dial(region, 0))).to.eql([]);
            expect(await refused("settle", writer("eu-west-1", [region]))).to.eql([]);
            expect(await refused("failback", share(region, "home", 10))).to.eql([]);
            expect(await refused("failback", open)).to.eql([]);
            expect(await refused("failback", writer(region))).to.eql([]);
        });

        it("refuses a resource before it is touched that the lane does not move, or not so", async () => {
            expect(await refused("settle", listener)).to.eql(["evacuation-nothing-else"]);
            expect(await refused("settle", share(region, "home", 10))).to.eql([
                "evacuation-nothing-else",
            ]);
            // It is another region's, and new.
            expect(await refused("settle", removed)).to.eql([
                "evacuation-nothing-else",
                "evacuation-nothing-else",
            ]);
            const tagged = { ...dial(region, 0), props: { ...dial(region, 0).props, tags: {} } };
            expect(await refused("settle", tagged)).to.eql(["evacuation-nothing-else"]);
            expect(await refused("settle", dial(region, 10))).to.eql(["evacuation-direction"]);
            expect(await refused("failback", dial(region, 0))).to.eql(["evacuation-direction"]);
            expect(await refused("failback", share(region, "home", 50))).to.eql([
                "evacuation-direction",
            ]);
            expect(await refused("settle", writer(region))).to.eql(["evacuation-direction"]);
        });

        it("refuses a vote before it is cast, whatever the lane's targets are", async () => {
            expect(await refused("failover", vote(region, "evacuate"))).to.eql([]);
            expect(await refused("failover", vote(region, "evacuated"))).to.eql([
                "evacuation-vote-body",
            ]);
            expect(await refused("failover", vote("ap-east-1", "evacuate"))).to.eql([
                "evacuation-named-region",
            ]);
            expect(await refused("failover", vote("us-esat-1", "in-service"))).to.eql([
                "evacuation-named-region",
            ]);
            const props = { key: "votes/eu-west-1", content: "in-service" };
            const silent: Given = { ...vote("eu-west-1", ""), props };
            const through = (own: string): Given => ({ ...silent, provider: { region: own } });
            expect(await refused("failover", through("eu-west-1"))).to.eql([
                "evacuation-not-itself",
            ]);
            expect(await refused("failover", through("ap-east-1"))).to.eql([]);
        });

        it("refuses a stack with too few regions, other roles than there were, or something less", async () => {
            const analyzer = await told("failback");
            const judge = async (given: readonly Given[]): Promise<readonly string[]> =>
                (await analyzer.analyzeStack(given.map(withUrn))).map((one) => one.policyName);
            const restored = { writer: region, standby: "eu-west-1", writerHome: region };
            const whole = [...global(), writer(region), listener, removed];
            expect(await judge([...whole, stack(restored)])).to.eql([]);
            expect(await judge([...whole, stack({ ...restored, standby: region })])).to.eql([
                "evacuation-exact-inverse",
            ]);
            expect(
                await judge([...whole.filter((one) => one !== removed), stack(restored)]),
            ).to.eql(["evacuation-nothing-removed"]);
            const closed = whole.map((one) =>
                one.type === open.type
                    ? { ...one, props: { ...one.props, trafficDialPercentage: 0 } }
                    : one,
            );
            expect(await judge([...closed, stack(restored)])).to.eql(["evacuation-enough-regions"]);
        });
    });
});
