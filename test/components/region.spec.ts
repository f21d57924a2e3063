import { expect } from "chai";

import { Region } from "../../components/region";
import { regionProblems } from "../../components/regionProblems";
import { regionArgs } from "../support/estate";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

describe("a region", () => {
    let registered: Registrations;
    let region: Region;

    before(async () => {
        registered = await setMocks();
        region = new Region("meridian", regionArgs());
        await settled();
    });

    it("keeps every resource below a component, and every component below itself", () => {
        const components = new Set(
            registered.all.filter(({ custom }) => !custom).map(({ name }) => name),
        );
        for (const { name, type, options } of registered.all) {
            if (type === "meridian:components:Region") {
                expect(options.parent).to.equal("");
            } else {
                expect(components, `${type} ${name}`).to.include(options.parent);
            }
        }
    });

    it("gives its components no inputs, so that a vote changes one resource", () => {
        for (const { name, custom, inputs } of registered.all) {
            if (!custom) {
                expect(inputs, name).to.deep.equal({});
            }
        }
    });

    it("encrypts all of its data with its own keys", async () => {
        const data = await valueOf(region.keys.dataKeyArn);
        const operations = await valueOf(region.keys.operationsKeyArn);
        const keysOf = (type: string, of: (inputs: Record<string, unknown>) => unknown) =>
            registered.of(type).map(({ inputs }) => of(inputs as Record<string, unknown>));
        expect(
            keysOf(
                "aws:dynamodb/table:Table",
                ({ serverSideEncryption: sse }) => (sse as { kmsKeyArn: string }).kmsKeyArn,
            ),
        ).to.deep.equal([data, data]);
        expect(keysOf("aws:kinesis/stream:Stream", ({ kmsKeyId }) => kmsKeyId)).to.deep.equal([
            data,
        ]);
        for (const [type, property] of [
            ["aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"],
            ["aws:sns/topic:Topic", "kmsMasterKeyId"],
            ["aws:sqs/queue:Queue", "kmsMasterKeyId"],
            ["aws:lambda/function:Function", "kmsKeyArn"],
        ] as const) {
            const keys = keysOf(type, (inputs) => inputs[property]);
            expect(keys.length, type).to.be.above(0);
            expect(new Set(keys), type).to.deep.equal(new Set([operations]));
        }
    });

    it("gives the storefront the environment that it reads", () => {
        const task = registered.inputs("aws:ecs/taskDefinition:TaskDefinition", "meridian-service");
        const [container] = JSON.parse(task["containerDefinitions"] as string) as [
            { environment: { name: string; value: string }[] },
        ];
        expect(
            Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
        ).to.deep.equal({
            PORT: "8080",
            REGION: "eu-west-1",
            REGIONS: "ap-east-1,ap-south-1,eu-west-1,us-east-1",
            TABLE_NAME: "meridian-storefront",
            MEDIA_BUCKET: "meridian-media-eu-west-1-111122223333",
            ORDERS_BUCKET: "meridian-orders-eu-west-1-111122223333",
            EVENT_STREAM: "meridian-events",
            STATE_NAME: "_state.eu-west-1.app.example.com",
            CACHE_ID: "meridian-cache-eu-west-1",
            CACHE_NAME: "_cache.eu-west-1.app.example.com",
            CACHE_USER: "meridian-storefront",
            DATABASE_WRITER: "_database.eu-west-1.app.example.com",
            DATABASE_READER: "_database-reader.eu-west-1.app.example.com",
            DATABASE: "storefront",
            DATABASE_USER: "storefront",
            WRITE_NAME: "write.app.example.com",
            REGION_HOST: "*.origin.example.com",
            RECEIPT_KEYS: "meridian/receipt-keys",
            LOG_LEVEL: "info",
        });
    });

    it("answers by its own name whatever its health, for observers", () => {
        expect(registered.inputs("aws:route53/record:Record", "meridian-origin-a")).to.deep.include(
            {
                name: "eu-west-1.origin.example.com",
                aliases: [
                    {
                        name: "meridian-load-balancer-123.eu-west-1.elb.amazonaws.com",
                        zoneId: "Z32O12XQLNTSW2",
                        evaluateTargetHealth: false,
                    },
                ],
            },
        );
    });

    it("observes every other region by its origin, and not itself", () => {
        const { environment } = registered.inputs(
            "aws:lambda/function:Function",
            "meridian-observer",
        ) as { environment: { variables: Record<string, string> } };
        expect(JSON.parse(environment.variables["TARGETS"] as string)).to.deep.equal(
            Object.fromEntries(
                ["ap-east-1", "ap-south-1", "us-east-1"].map((other) => [
                    other,
                    `https://${other}.origin.example.com`,
                ]),
            ),
        );
    });

    it("marks every alarm with what it is a signal of", () => {
        const signals = registered
            .of("aws:cloudwatch/metricAlarm:MetricAlarm")
            .map(({ inputs }) => (inputs["tags"] as Record<string, string>)["meridian:signal"]);
        expect(signals).to.have.length(28);
        expect(new Set(signals)).to.deep.equal(
            new Set(["user-facing", "vantage", "capacity", "traffic", "automation", "replication"]),
        );
    });

    it("protects what cannot be made again", () => {
        const unprotected = registered.all
            .filter(({ options }) => !options.protect)
            .map(({ type }) => type);
        for (const type of [
            "aws:kms/key:Key",
            "aws:s3/bucket:Bucket",
            "aws:lb/loadBalancer:LoadBalancer",
            "aws:backup/vault:Vault",
        ]) {
            expect(unprotected).not.to.include(type);
        }
    });

    it("registers as much in a first preview, when nothing is known yet", async () => {
        const deployed = registered.all.map(({ type, name }) => `${type} ${name}`).sort();
        const previewed = await setMocks({ preview: true });
        new Region("meridian", regionArgs());
        await settled();
        expect(previewed.all.map(({ type, name }) => `${type} ${name}`).sort()).to.deep.equal(
            deployed,
        );
    });

    it("refuses what it could not stand by, all at once and before anything is registered", async () => {
        const refused = await setMocks();
        expect(
            () =>
                new Region(
                    "meridian",
                    regionArgs({
                        availabilityZones: ["eu-west-1a", "us-east-1a"],
                        vpcCidr: "10.0.0.0/8",
                        image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian-storefront:1",
                        minimumTasks: 9,
                        maximumTasks: 3,
                        votes: { "us-east-1": "evacuate", "ap-east-1": "evacuate" },
                    }),
                ),
        ).to.throw(
            [
                "region eu-west-1 cannot be created:",
                "  - `availabilityZones`: must be 3 to 8 different zones, got eu-west-1a, us-east-1a",
                "  - `availabilityZones`: must be zones of eu-west-1, such as eu-west-1a, got us-east-1a",
                "  - `vpcCidr`: must be a private /16 (10.x.0.0/16, 172.16.0.0/16 to 172.31.0.0/16 or 192.168.0.0/16), got 10.0.0.0/8",
                "  - `image`: must be in the region's own registry (<account>.dkr.ecr.eu-west-1.amazonaws.com/<repository>:<tag>), got 111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian-storefront:1; replicate the repository to eu-west-1",
                "  - `maximumTasks`: must be at least minimumTasks (9), got 3",
                "  - `votes`: at most 1 region may be voted out of service at a time, got ap-east-1, us-east-1; fail one back first",
            ].join("\n"),
        );
        await settled();
        expect(refused.all.filter(({ custom }) => custom)).to.deep.equal([]);
    });

    it("does not judge what is absent", () => {
        expect(regionProblems({ region: "eu-west-1", regions: ["eu-west-1"] })).to.deep.equal([]);
    });
});
