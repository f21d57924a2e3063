import {
    type Change,
    ChangeResourceRecordSetsCommand,
    GetChangeCommand,
    GetHealthCheckCommand,
    GetHealthCheckStatusCommand,
    GetHostedZoneCommand,
    ListHealthChecksCommand,
    ListHostedZonesCommand,
    ListResourceRecordSetsCommand,
    type ListResourceRecordSetsCommandInput,
    type ListResourceRecordSetsCommandOutput,
    ListTrafficPoliciesCommand,
    type ResourceRecordSet,
    Route53Client,
    TestDNSAnswerCommand,
} from "@aws-sdk/client-route-53";
import { expect } from "chai";

import { hostedZoneResource } from "../../../../sandbox/aws/route53/hostedZones";
import { Route53Api } from "../../../../sandbox/world/api/route53";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { DnsServer } from "../../../../sandbox/world/dns";
import { type SmallWorld, smallWorld } from "../../../support/smallWorld";

const zoneId = "Z0123456789EXAMPLE";
const balancer = "shop-1.eu-west-1.elb.amazonaws.com";
const balancerZone = "Z32O12XQLNTSW2";

describe("Route53Api", () => {
    let world: SmallWorld;
    let api: ApiServer;
    let client: Route53Client;

    beforeEach(async () => {
        world = await smallWorld();
        world.store.put(hostedZoneResource({ id: zoneId, name: "example.com" }));
        world.network.register(balancer, ["127.10.6.1"]);
        world.declare(
            "aws:lb/loadBalancer:LoadBalancer",
            "eu-west-1",
            "arn",
            {},
            { dnsName: balancer, zoneId: balancerZone },
        );
        const dns = new DnsServer(world, {
            health: { healthy: () => true },
            loadBalancers: { targetsHealthy: () => true },
        });
        const observations = [
            {
                region: "eu-west-1",
                address: "15.177.6.1",
                status: "Success: HTTP Status Code 200, OK",
                checkedMs: Date.UTC(2026, 0, 2, 3, 4, 5),
            },
        ];
        api = new ApiServer(world, [
            new Route53Api(world, {
                dns,
                health: { status: (id) => ({ id, healthy: true, sinceMs: 0, observations }) },
            }),
        ]);
        await api.start();
        client = new Route53Client({
            endpoint: api.url,
            region: "us-east-1",
            maxAttempts: 1,
            credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" },
        });
    });

    afterEach(async () => {
        client.destroy();
        await api.stop();
        world.end();
    });

    const changes = (...batch: readonly Change[]): Promise<{ ChangeInfo?: { Id?: string } }> =>
        client.send(
            new ChangeResourceRecordSetsCommand({
                HostedZoneId: zoneId,
                ChangeBatch: { Comment: "why & how", Changes: [...batch] },
            }),
        ) as Promise<{ ChangeInfo?: { Id?: string } }>;
    const create = (set: ResourceRecordSet): Change => ({
        Action: "CREATE",
        ResourceRecordSet: set,
    });
    const plain = (Name: string, Value: string): ResourceRecordSet => ({
        Name,
        Type: "A",
        TTL: 30,
        ResourceRecords: [{ Value }],
    });
    const refusal = async (action: Promise<unknown>): Promise<Error> => {
        try {
            await action;
        } catch (error) {
            return error as Error;
        }
        throw new Error("it was accepted");
    };
    const records = async (): Promise<readonly ResourceRecordSet[]> => {
        const found = await client.send(
            new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }),
        );
        return found.ResourceRecordSets ?? [];
    };

    it("tells of the hosted zones", async () => {
        const { HostedZones, IsTruncated } = await client.send(new ListHostedZonesCommand({}));
        expect(HostedZones?.[0]).to.deep.include({
            Id: `/hostedzone/${zoneId}`,
            Name: "example.com.",
            ResourceRecordSetCount: 2,
        });
        expect(IsTruncated).to.equal(false);
        const zone = await client.send(new GetHostedZoneCommand({ Id: zoneId }));
        expect(zone.DelegationSet?.NameServers).to.have.length(2);
        const error = await refusal(client.send(new GetHostedZoneCommand({ Id: "ZNONE" })));
        expect(error.name).to.equal("NoSuchHostedZone");
    });

    it("keeps every field of a record set", async () => {
        world.declare("aws:route53/healthCheck:HealthCheck", "global", "check", { type: "HTTPS" });
        const sets: ResourceRecordSet[] = [
            {
                Name: "geo.example.com.",
                Type: "A",
                SetIdentifier: "virginia",
                GeoLocation: { CountryCode: "US", SubdivisionCode: "VA" },
                TTL: 60,
                ResourceRecords: [{ Value: "192.0.2.1" }],
                HealthCheckId: "check",
            },
            {
                Name: "ha.example.com.",
                Type: "A",
                SetIdentifier: "first",
                Failover: "PRIMARY",
                AliasTarget: {
                    HostedZoneId: balancerZone,
                    DNSName: `${balancer}.`,
                    EvaluateTargetHealth: true,
                },
            },
            {
                Name: "near.example.com.",
                Type: "A",
                SetIdentifier: "munich",
                GeoProximityLocation: {
                    Coordinates: { Latitude: "48.1", Longitude: "11.6" },
                    Bias: -10,
                },
                TTL: 60,
                ResourceRecords: [{ Value: "192.0.2.1" }],
            },
            {
                Name: "text.example.com.",
                Type: "TXT",
                TTL: 60,
                ResourceRecords: [{ Value: '"a <b> & c"' }],
            },
            { ...plain("www.example.com.", "192.0.2.1"), SetIdentifier: "a", Weight: 0 },
        ];
        await changes(...sets.map(create));
        expect(
            (await records()).filter(({ Type }) => !["NS", "SOA"].includes(Type ?? "")),
        ).to.deep.equal(sets);
    });

    it("lists in Route 53's order, in pages", async () => {
        await changes(
            ...["www", "b.www", "a", "*"].map((name) =>
                create(plain(`${name}.example.com`, "192.0.2.1")),
            ),
        );
        const names: (string | undefined)[] = [];
        let count = 0;
        let start: Partial<ListResourceRecordSetsCommandInput> | undefined = {};
        while (start !== undefined) {
            const page: ListResourceRecordSetsCommandOutput = await client.send(
                new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 2, ...start }),
            );
            count++;
            names.push(...(page.ResourceRecordSets ?? []).map(({ Name }) => Name));
            start = page.IsTruncated
                ? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType }
                : undefined;
        }
        expect(count).to.equal(3);
        expect(names).to.deep.equal([
            "example.com.",
            "example.com.",
            "\\052.example.com.",
            "a.example.com.",
            "www.example.com.",
            "b.www.example.com.",
        ]);
    });

    it("makes a batch of changes, and says when it is everywhere", async () => {
        await changes(
            create(plain("a.example.com", "192.0.2.1")),
            create(plain("b.example.com", "192.0.2.2")),
        );
        const { ChangeInfo } = await changes(
            { Action: "DELETE", ResourceRecordSet: plain("a.example.com", "192.0.2.1") },
            { Action: "UPSERT", ResourceRecordSet: plain("b.example.com", "192.0.2.3") },
            { Action: "UPSERT", ResourceRecordSet: plain("c.example.com", "192.0.2.4") },
        );
        expect(
            (await records()).map(({ Name, ResourceRecords }) => [
                Name,
                ResourceRecords?.at(0)?.Value,
            ]),
        ).to.deep.include.members([
            ["b.example.com.", "192.0.2.3"],
            ["c.example.com.", "192.0.2.4"],
        ]);
        expect(await records()).to.have.length(4);

        const status = async (): Promise<string | undefined> =>
            (await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id ?? "" }))).ChangeInfo
                ?.Status;
        expect(await status()).to.equal("PENDING");
        await world.clock.sleep(31_000);
        expect(await status()).to.equal("INSYNC");
        const unknown = await refusal(client.send(new GetChangeCommand({ Id: "CNONE" })));
        expect(unknown.name).to.equal("NoSuchChange");
    });

    it("changes the record that a program declared, under its own id and name", async () => {
        world.declare("aws:route53/record:Record", "global", "declared", {
            zoneId,
            name: "www",
            type: "A",
            ttl: 60,
            records: ["192.0.2.1"],
        });
        await changes({
            Action: "UPSERT",
            ResourceRecordSet: plain("www.example.com", "192.0.2.9"),
        });
        const all = world.store.list("aws:route53/record:Record");
        expect(all).to.have.length(1);
        expect(all[0]?.id).to.equal("declared");
        expect(all[0]?.outputs).to.deep.include({ name: "www", ttl: 30, records: ["192.0.2.9"] });
    });

    describe("refuses", () => {
        beforeEach(() => changes(create(plain("www.example.com", "192.0.2.1"))));

        const weighted = (Name: string, SetIdentifier: string): ResourceRecordSet => ({
            ...plain(Name, "192.0.2.1"),
            SetIdentifier,
            Weight: 1,
        });
        const cases: Readonly<Record<string, readonly [Change, string, RegExp]>> = {
            "a record that exists": [
                create(plain("www.example.com", "192.0.2.1")),
                "InvalidChangeBatch",
                /already exists/,
            ],
            "another policy under the same name": [
                create(weighted("www.example.com", "a")),
                "InvalidChangeBatch",
                /non-weighted set exists/,
            ],
            "a failover alias that does not evaluate its target": [
                create({
                    Name: "ha.example.com",
                    Type: "A",
                    SetIdentifier: "a",
                    Failover: "PRIMARY",
                    AliasTarget: {
                        HostedZoneId: balancerZone,
                        DNSName: balancer,
                        EvaluateTargetHealth: false,
                    },
                }),
                "InvalidInput",
                /EvaluateTargetHealth must be set to true/,
            ],
            "an alias to nothing": [
                create({
                    Name: "x.example.com",
                    Type: "A",
                    AliasTarget: {
                        HostedZoneId: zoneId,
                        DNSName: "gone.example.com",
                        EvaluateTargetHealth: true,
                    },
                }),
                "InvalidChangeBatch",
                /target was not found/,
            ],
            "a name outside the zone": [
                create(plain("www.example.org", "192.0.2.1")),
                "InvalidChangeBatch",
                /not permitted in zone example\.com/,
            ],
            "a check that does not exist": [
                create({ ...weighted("x.example.com", "a"), HealthCheckId: "none" }),
                "NoSuchHealthCheck",
                /none/,
            ],
            "deleting what is not there": [
                { Action: "DELETE", ResourceRecordSet: plain("x.example.com", "192.0.2.1") },
                "InvalidChangeBatch",
                /not found/,
            ],
            "deleting by other values": [
                { Action: "DELETE", ResourceRecordSet: plain("www.example.com", "192.0.2.2") },
                "InvalidChangeBatch",
                /do not match the current values/,
            ],
            "a value that is none": [
                create(plain("x.example.com", "192.0.2")),
                "InvalidInput",
                /not a valid IPv4 address/,
            ],
        };
        for (const [what, [change, code, message]] of Object.entries(cases)) {
            it(`${what}, and makes no other change of the batch`, async () => {
                const error = await refusal(
                    changes(create(plain("first.example.com", "192.0.2.1")), change),
                );
                expect(error.name).to.equal(code);
                expect(error.message).to.match(message);
                expect(await records()).to.have.length(3);
            });
        }

        for (const [what, other] of [
            ["a set that is made and deleted", "DELETE"],
            ["a set that is made and written over", "UPSERT"],
        ] as const) {
            it(`${what} in one batch`, async () => {
                const ResourceRecordSet = plain("twice.example.com", "192.0.2.1");
                const error = await refusal(
                    changes(create(ResourceRecordSet), { Action: other, ResourceRecordSet }),
                );
                expect(error.name).to.equal("InvalidChangeBatch");
                expect(error.message).to.match(
                    /invalid set of changes for a resource record set 'A twice\.example\.com\.'/,
                );
                expect(await records()).to.have.length(3);
            });
        }

        const many = (Action: "CREATE" | "UPSERT", name: string): Change => ({
            Action,
            ResourceRecordSet: {
                Name: `${name}.example.com`,
                Type: "A",
                TTL: 60,
                ResourceRecords: Array.from({ length: 300 }, (_, index) => ({
                    Value: `198.18.${index >> 8}.${index & 255}`,
                })),
            },
        });

        it("over a thousand values, where an UPSERT counts twice", async () => {
            const error = await refusal(changes(many("UPSERT", "a"), many("UPSERT", "b")));
            expect(error.name).to.equal("InvalidChangeBatch");
            expect(error.message).to.match(/at most 1000 values .* got 1200 of /);
            await changes(many("CREATE", "a"), many("CREATE", "b"));
        });

        it("over 32000 characters, where an UPSERT counts twice", async () => {
            const long: ResourceRecordSet = {
                Name: "long.example.com",
                Type: "TXT",
                TTL: 60,
                ResourceRecords: Array.from({ length: 70 }, (_, index) => ({
                    Value: `"${String(index).padEnd(250, "x")}"`,
                })),
            };
            const error = await refusal(changes({ Action: "UPSERT", ResourceRecordSet: long }));
            expect(error.message).to.match(/32000 characters in all.* got 140 of 35280/);
            await changes(create(long));
        });

        it("an empty batch", async () => {
            expect((await refusal(changes())).name).to.equal("InvalidInput");
        });
    });

    it("answers as the DNS would for a resolver or a client subnet", async () => {
        const place = (CountryCode: string, value: string): Change =>
            create({
                ...plain("geo.example.com", value),
                SetIdentifier: CountryCode,
                GeoLocation: { CountryCode },
            });
        await changes(place("US", "192.0.2.1"), place("IN", "192.0.2.2"), place("*", "192.0.2.3"));
        const test = async (
            input: Partial<ConstructorParameters<typeof TestDNSAnswerCommand>[0]>,
        ): Promise<readonly (string | undefined)[]> => {
            const answer = await client.send(
                new TestDNSAnswerCommand({
                    HostedZoneId: zoneId,
                    RecordName: "geo.example.com",
                    RecordType: "A",
                    ...input,
                }),
            );
            return [answer.ResponseCode, ...(answer.RecordData ?? [])];
        };
        expect(await test({})).to.deep.equal(["NOERROR", "192.0.2.1"]);
        expect(await test({ ResolverIP: "100.68.0.1" })).to.deep.equal(["NOERROR", "192.0.2.2"]);
        expect(await test({ ResolverIP: "8.8.8.8" })).to.deep.equal(["NOERROR", "192.0.2.3"]);
        expect(
            await test({
                ResolverIP: "8.8.8.8",
                EDNS0ClientSubnetIP: "100.68.0.0",
                EDNS0ClientSubnetMask: "24",
            }),
        ).to.deep.equal(["NOERROR", "192.0.2.2"]);
        expect(await test({ RecordName: "none.example.com" })).to.deep.equal(["NXDOMAIN"]);
        expect((await refusal(test({ ResolverIP: "nowhere" }))).name).to.equal("InvalidInput");
    });

    it("tells of health checks and what their checkers see", async () => {
        world.declare("aws:route53/healthCheck:HealthCheck", "global", "one", {
            type: "HTTPS_STR_MATCH",
            fqdn: "www.example.com",
            port: 443,
            resourcePath: "/votes",
            searchString: "evacuate",
            requestInterval: 10,
            failureThreshold: 1,
            invertHealthcheck: true,
            regions: ["us-east-1", "eu-west-1", "sa-east-1"],
        });
        world.declare("aws:route53/healthCheck:HealthCheck", "global", "two", {
            type: "CALCULATED",
            childHealthchecks: ["one"],
            childHealthThreshold: 1,
        });
        const { HealthChecks } = await client.send(new ListHealthChecksCommand({ MaxItems: 1 }));
        expect(HealthChecks).to.have.length(1);
        const { HealthCheck } = await client.send(
            new GetHealthCheckCommand({ HealthCheckId: "one" }),
        );
        expect(HealthCheck?.HealthCheckConfig).to.deep.equal({
            Type: "HTTPS_STR_MATCH",
            FullyQualifiedDomainName: "www.example.com",
            Port: 443,
            ResourcePath: "/votes",
            SearchString: "evacuate",
            RequestInterval: 10,
            FailureThreshold: 1,
            Inverted: true,
            Regions: ["us-east-1", "eu-west-1", "sa-east-1"],
        });
        const two = await client.send(new GetHealthCheckCommand({ HealthCheckId: "two" }));
        expect(two.HealthCheck?.HealthCheckConfig?.ChildHealthChecks).to.deep.equal(["one"]);

        const status = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: "one" }));
        expect(status.HealthCheckObservations).to.deep.equal([
            {
                Region: "eu-west-1",
                IPAddress: "15.177.6.1",
                StatusReport: {
                    Status: "Success: HTTP Status Code 200, OK",
                    CheckedTime: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
                },
            },
        ]);
        for (const [id, code] of [
            ["two", "InvalidInput"],
            ["none", "NoSuchHealthCheck"],
        ] as const) {
            const error = await refusal(
                client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id })),
            );
            expect(error.name).to.equal(code);
        }
    });

    it("is a control plane of us-east-1: silent while that is down, from wherever one asks", async () => {
        world.faults.inject({ kind: "control-planes", region: "us-east-1" });
        const abort = new AbortController();
        const call = client.send(new ListHostedZonesCommand({}), { abortSignal: abort.signal });
        const outcome = refusal(call);
        await world.until(() => world.journal.since(0).length > 0);
        expect(world.journal.since(0)[0]).to.deep.include({
            action: "ListHostedZones",
            plane: "control",
            service: "route53",
            region: "us-east-1",
            outcome: "timeout",
        });
        abort.abort();
        expect((await outcome).name).to.equal("AbortError");
    });

    it("says which action it does not have", async () => {
        const error = await refusal(client.send(new ListTrafficPoliciesCommand({})));
        expect(error.name).to.equal("NotImplemented");
        expect(error.message).to.include("GET /2013-04-01/trafficpolicies");
    });
});
