import { expect } from "chai";

import { awsRegions } from "../../../sandbox/world/network";
import type { Props } from "../../../sandbox/world/store";
import { Account as WorldAccount } from "../support/account";
import { Account, refusal } from "./support/account";
import { balancerInputs, balancerType } from "./support/loadBalancer";
import { network, subnetType, type TestNetwork } from "./support/network";

const acceleratorType = "aws:globalaccelerator/accelerator:Accelerator";
const listenerType = "aws:globalaccelerator/listener:Listener";
const groupType = "aws:globalaccelerator/endpointGroup:EndpointGroup";
const accountId = "111122223333";

describe("Global Accelerator", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    const accelerator = (inputs: Props = {}, name = "web"): Promise<Props> =>
        account.create(acceleratorType, name, { name, ...inputs });
    const https: Props = { protocol: "TCP", portRanges: [{ fromPort: 443, toPort: 443 }] };

    async function listener(inputs: Props = {}, name = "https"): Promise<Props> {
        const acceleratorArn = inputs.acceleratorArn ?? (await accelerator()).arn;
        return account.create(listenerType, name, { ...https, acceleratorArn, ...inputs });
    }

    /** A load balancer of the account's region, in a network of its own. */
    async function balancer(inputs: Props = {}): Promise<string> {
        const net = await network(account);
        return String((await account.create(balancerType, "web", balancerInputs(net, inputs))).arn);
    }

    describe("an accelerator", () => {
        it("has the addresses and names AWS gives it", async () => {
            const made = await accelerator();
            expect(made.arn).to.match(
                new RegExp(`^arn:aws:globalaccelerator::${accountId}:accelerator/[0-9a-f-]{36}$`),
            );
            expect(made.dnsName).to.match(/^a[0-9a-f]{16}\.awsglobalaccelerator\.com$/);
            expect(made).to.deep.include({
                dualStackDnsName: "",
                hostedZoneId: "Z2BJ6XQ5FK7U4H",
                enabled: true,
                ipAddressType: "IPV4",
            });
            const [four] = made.ipSets as readonly Props[];
            expect(made.ipSets).to.have.length(1);
            expect(four).to.include({ ipFamily: "IPv4" });
            expect(four?.ipAddresses).to.have.length(2);
        });

        it("has four addresses and a second name when it is dual-stack", async () => {
            const made = await accelerator({ ipAddressType: "DUAL_STACK" });
            const label = String(made.dnsName).split(".")[0];
            expect(made.dualStackDnsName).to.equal(`${label}.dualstack.awsglobalaccelerator.com`);
            expect((made.ipSets as readonly Props[]).map(({ ipFamily }) => ipFamily)).to.deep.equal(
                ["IPv4", "IPv6"],
            );
        });

        it("keeps its addresses when it is updated", async () => {
            const made = await accelerator();
            const after = await account.update(acceleratorType, "web", {
                name: "web",
                enabled: false,
            });
            expect([after.arn, after.dnsName, after.ipSets]).to.deep.equal([
                made.arn,
                made.dnsName,
                made.ipSets,
            ]);
        });

        const invalid: readonly [string, Props, string][] = [
            ["a name of 65 characters", { name: "a".repeat(65) }, "name: must be 1 to 64"],
            ["a name that ends with a hyphen", { name: "web-" }, "name: must be 1 to 64"],
            ["no such address type", { ipAddressType: "IPV6" }, "ipAddressType: must be one of"],
            ["three addresses", { ipAddresses: ["1", "2", "3"] }, "at most 2 addresses, got 3"],
            [
                "flow logs without a bucket",
                { attributes: { flowLogsEnabled: true, flowLogsS3Prefix: "p" } },
                "attributes.flowLogsS3Bucket: must be set when flow logs are enabled",
            ],
            [
                "flow logs without a prefix",
                { attributes: { flowLogsEnabled: true, flowLogsS3Bucket: "b" } },
                "attributes.flowLogsS3Prefix: must be set when flow logs are enabled",
            ],
            [
                "a prefix of 256 characters",
                { attributes: { flowLogsS3Prefix: "p".repeat(256) } },
                "must be at most 255 characters",
            ],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(acceleratorType, inputs).join()).to.contain(words);
            });
        }

        it("takes addresses only from ranges that were brought to the account", async () => {
            expect(await refusal(accelerator({ ipAddresses: ["198.51.100.7"] }))).to.contain(
                "198.51.100.7 are in no address range",
            );
            expect(
                account.replaces(acceleratorType, {}, { ipAddresses: ["1.2.3.4"] }),
            ).to.deep.equal(["ipAddresses"]);
        });

        it("is one of 20 at most", async () => {
            for (let number = 1; number <= 20; number++) {
                await accelerator({}, `web-${number}`);
            }
            expect(await refusal(accelerator({}, "web-21"))).to.contain(
                "at most 20 standard accelerators",
            );
            await account.update(acceleratorType, "web-20", { name: "web-20", enabled: false });
        });

        it("goes only after its listeners; the provider disables it first", async () => {
            await listener();
            expect(await refusal(account.remove(acceleratorType, "web"))).to.contain(
                "AssociatedListenerFoundException",
            );
            await account.remove(listenerType, "https");
            await account.remove(acceleratorType, "web");
            expect(account.store.list(acceleratorType)).to.deep.equal([]);
        });
    });

    describe("flow logs", () => {
        const attributes = {
            flowLogsEnabled: true,
            flowLogsS3Bucket: "logs",
            flowLogsS3Prefix: "direct",
        };
        const onBehalf = {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnLike: { "aws:SourceArn": `arn:aws:logs:*:${accountId}:*` },
        };
        const write = {
            Effect: "Allow",
            Principal: { Service: "delivery.logs.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: `arn:aws:s3:::logs/direct/AWSLogs/${accountId}/*`,
            Condition: onBehalf,
        };
        const look = {
            ...write,
            Action: "s3:GetBucketAcl",
            Resource: "arn:aws:s3:::logs",
        };

        function bucket(...statements: readonly object[]): void {
            account.declare("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
            account.declare("aws:s3/bucketPolicy:BucketPolicy", "logs", {
                bucket: "logs",
                policy: JSON.stringify({ Statement: statements }),
            });
        }

        function encrypted(...statements: readonly object[]): void {
            const arn = `arn:aws:kms:eu-west-1:${accountId}:key/k`;
            account.declare("aws:kms/key:Key", "k", {
                arn,
                policy: JSON.stringify({ Statement: statements }),
            });
            account.declare(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                "logs",
                {
                    bucket: "logs",
                    rules: [
                        {
                            applyServerSideEncryptionByDefault: {
                                sseAlgorithm: "aws:kms",
                                kmsMasterKeyId: arn,
                            },
                        },
                    ],
                },
            );
        }

        it("go to a bucket that lets the log delivery write and look", async () => {
            bucket(write, look);
            expect((await accelerator({ attributes })).attributes).to.deep.equal(attributes);
        });

        it("need the bucket", async () => {
            expect(await refusal(accelerator({ attributes }))).to.contain(
                "The S3 bucket logs doesn't exist",
            );
        });

        for (const [what, statements] of [
            ["to write", [look]],
            ["to look at its ACL", [write]],
            ["to write below the prefix", [{ ...write, Resource: "arn:aws:s3:::logs/x/*" }, look]],
        ] as const) {
            it(`need the bucket's leave ${what}`, async () => {
                bucket(...statements);
                expect(await refusal(accelerator({ attributes }))).to.contain(
                    "The policy of S3 bucket logs must let delivery.logs.amazonaws.com",
                );
            });
        }

        it("need the leave of the key that encrypts the bucket", async () => {
            bucket(write, look);
            encrypted();
            expect(await refusal(accelerator({ attributes }))).to.contain(
                "must let delivery.logs.amazonaws.com call kms:GenerateDataKey",
            );
            encrypted({ ...write, Action: "kms:GenerateDataKey*", Resource: "*" });
            await accelerator({ attributes });
        });
    });

    describe("a listener", () => {
        it("belongs to its accelerator and stays there", async () => {
            const made = await listener();
            expect(made.arn).to.equal(
                `${made.acceleratorArn}/listener/${String(made.arn).slice(-8)}`,
            );
            expect(made.clientAffinity).to.equal("NONE");
            expect(
                account.replaces(listenerType, { acceleratorArn: "a" }, { acceleratorArn: "b" }),
            ).to.deep.equal(["acceleratorArn"]);
            const [update, remove] = [{ ...https, acceleratorArn: made.acceleratorArn }, "https"];
            const changed = await account.update(listenerType, remove, {
                ...update,
                clientAffinity: "SOURCE_IP",
            });
            expect(changed.arn).to.equal(made.arn);
        });

        const ranges = (...pairs: readonly (readonly [number, number])[]): Props => ({
            ...https,
            acceleratorArn: "arn",
            portRanges: pairs.map(([fromPort, toPort]) => ({ fromPort, toPort })),
        });
        const invalid: readonly [string, Props, string][] = [
            [
                "no such protocol",
                { ...ranges([1, 2]), protocol: "TLS" },
                "protocol: must be one of",
            ],
            [
                "no such affinity",
                { ...ranges([1, 2]), clientAffinity: "COOKIE" },
                "clientAffinity: must be one of NONE, SOURCE_IP",
            ],
            ["no range", ranges(), "must be 1 to 10 ranges, got 0"],
            [
                "eleven ranges",
                ranges(...Array.from({ length: 11 }, (_, i) => [i + 1, i + 1] as const)),
                "must be 1 to 10 ranges, got 11",
            ],
            ["port 65536", ranges([65536, 65536]), "must be a whole number from 1 to 65535"],
            [
                "a range backwards",
                ranges([90, 80]),
                "toPort: must be at least fromPort (90), got 80",
            ],
            [
                "half a range",
                { ...ranges(), portRanges: [{ fromPort: 80 }] },
                "portRanges[0].toPort: must be set",
            ],
            ["overlapping ranges", ranges([80, 90], [90, 100]), "90-100 overlaps 80-90"],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(listenerType, inputs).join()).to.contain(words);
            });
        }

        it("takes ten ranges side by side", () => {
            const ten = ranges(...Array.from({ length: 10 }, (_, i) => [i + 1, i + 1] as const));
            expect(account.problems(listenerType, ten)).to.deep.equal([]);
        });

        it("needs its accelerator", async () => {
            expect(await refusal(listener({ acceleratorArn: "arn:none" }))).to.contain(
                "AcceleratorNotFoundException",
            );
        });

        it("shares no port with another of its protocol", async () => {
            const { acceleratorArn } = await listener();
            const wide = { acceleratorArn, portRanges: [{ fromPort: 400, toPort: 500 }] };
            expect(await refusal(listener(wide, "wide"))).to.contain(
                "InvalidPortRangeException: The port numbers that you specified are not valid numbers or are not unique for this accelerator: 400-500 overlaps 443",
            );
            await listener({ ...wide, protocol: "UDP" }, "datagrams");
        });

        it("is one of ten at most", async () => {
            const { arn: acceleratorArn } = await accelerator();
            const at = (port: number) => ({
                acceleratorArn,
                portRanges: [{ fromPort: port, toPort: port }],
            });
            for (let port = 1; port <= 10; port++) {
                await listener(at(port), `p${port}`);
            }
            expect(await refusal(listener(at(11), "p11"))).to.contain("at most 10 listeners");
        });

        it("goes only after its endpoint groups", async () => {
            const { arn: listenerArn } = await listener();
            await account.create(groupType, "group", {
                listenerArn,
                endpointGroupRegion: "eu-west-1",
            });
            expect(await refusal(account.remove(listenerType, "https"))).to.contain(
                "AssociatedEndpointGroupFoundException",
            );
            await account.remove(groupType, "group");
            await account.remove(listenerType, "https");
        });
    });

    describe("an endpoint group", () => {
        const group = async (inputs: Props = {}, name = "group"): Promise<Props> => {
            const listenerArn = inputs.listenerArn ?? (await listener()).arn;
            return account.create(groupType, name, {
                endpointGroupRegion: "eu-west-1",
                listenerArn,
                ...inputs,
            });
        };

        it("has AWS's defaults", async () => {
            const made = await group();
            expect(made).to.deep.include({
                healthCheckIntervalSeconds: 30,
                healthCheckPort: 443,
                healthCheckProtocol: "TCP",
                thresholdCount: 3,
                trafficDialPercentage: 100,
            });
            expect(made.arn).to.match(/\/listener\/[0-9a-f]{8}\/endpoint-group\/[0-9a-f]{12}$/);
        });

        it("is replaced when it moves", () => {
            const at = (region: string, listenerArn: string): Props => ({
                endpointGroupRegion: region,
                listenerArn,
            });
            expect(
                account.replaces(groupType, at("eu-west-1", "a"), at("us-east-1", "b")),
            ).to.have.members(["endpointGroupRegion", "listenerArn"]);
        });

        const sound: Props = { endpointGroupRegion: "eu-west-1", listenerArn: "arn" };
        const endpoints = (...weights: readonly unknown[]): Props => ({
            endpointConfigurations: weights.map((weight, index) => ({
                endpointId: `arn:${index}`,
                weight,
            })),
        });
        const bounds: readonly [string, Props, readonly Props[], string][] = [
            [
                "a region AWS does not have",
                { endpointGroupRegion: "eu-west-9" },
                [{ endpointGroupRegion: "ap-east-1" }],
                "endpointGroupRegion: must be one of",
            ],
            [
                "a dial above 100",
                { trafficDialPercentage: 100.5 },
                [{ trafficDialPercentage: 100 }, { trafficDialPercentage: 0.5 }],
                "trafficDialPercentage: must be from 0 to 100, got 100.5",
            ],
            [
                "a dial below 0",
                { trafficDialPercentage: -1 },
                [{ trafficDialPercentage: 0 }],
                "must be from 0 to 100, got -1",
            ],
            [
                "an interval of 20 s",
                { healthCheckIntervalSeconds: 20 },
                [{ healthCheckIntervalSeconds: 10 }, { healthCheckIntervalSeconds: 30 }],
                "must be 10 or 30 seconds, got 20",
            ],
            [
                "a threshold of 0",
                { thresholdCount: 0 },
                [{ thresholdCount: 1 }],
                "must be a whole number from 1 to 10, got 0",
            ],
            [
                "a threshold of 11",
                { thresholdCount: 11 },
                [{ thresholdCount: 10 }],
                "must be a whole number from 1 to 10, got 11",
            ],
            [
                "a check of UDP",
                { healthCheckProtocol: "UDP" },
                [{ healthCheckProtocol: "HTTPS" }],
                "healthCheckProtocol: must be one of TCP, HTTP, HTTPS",
            ],
            [
                "a path without a slash",
                { healthCheckPath: "health" },
                [{ healthCheckPath: "/health" }],
                "healthCheckPath: must begin with a slash",
            ],
            [
                "a weight of 256",
                endpoints(256),
                [endpoints(0, 255)],
                "must be a whole number from 0 to 255, got 256",
            ],
            [
                "eleven endpoints",
                endpoints(...Array<number>(11).fill(1)),
                [endpoints(...Array<number>(10).fill(1))],
                "at most 10 endpoints, got 11",
            ],
            [
                "an endpoint twice",
                { endpointConfigurations: [{ endpointId: "a" }, { endpointId: "a" }] },
                [{ endpointConfigurations: [{ endpointId: "a" }, { endpointId: "b" }] }],
                "a is in the group already",
            ],
            [
                "an endpoint port twice",
                {
                    portOverrides: [
                        { listenerPort: 80, endpointPort: 90 },
                        { listenerPort: 81, endpointPort: 90 },
                    ],
                },
                [{ portOverrides: [{ listenerPort: 80, endpointPort: 90 }] }],
                "90 is overridden already",
            ],
        ];
        for (const [what, wrong, right, words] of bounds) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(groupType, { ...sound, ...wrong }).join()).to.contain(
                    words,
                );
                for (const each of right) {
                    expect(account.problems(groupType, { ...sound, ...each })).to.deep.equal([]);
                }
            });
        }

        it("needs its listener", async () => {
            expect(await refusal(group({ listenerArn: "arn:none" }))).to.contain(
                "ListenerNotFoundException",
            );
        });

        it("is the only one of its listener in its region", async () => {
            const { listenerArn } = await group();
            expect(await refusal(group({ listenerArn }, "again"))).to.contain(
                "EndpointGroupAlreadyExistsException",
            );
            await group({ listenerArn, endpointGroupRegion: "us-east-1" }, "elsewhere");
            await account.update(groupType, "group", {
                listenerArn,
                endpointGroupRegion: "eu-west-1",
                trafficDialPercentage: 0,
            });
        });

        it("is one of 42 at most, over all listeners of an accelerator", async () => {
            const first = await listener();
            const second = await listener(
                {
                    acceleratorArn: first.acceleratorArn,
                    portRanges: [{ fromPort: 80, toPort: 80 }],
                },
                "http",
            );
            const places = [first, second].flatMap(({ arn: listenerArn }) =>
                awsRegions.map((endpointGroupRegion) => ({ listenerArn, endpointGroupRegion })),
            );
            for (const [index, place] of places.slice(0, 42).entries()) {
                await group(place, `group-${index}`);
            }
            expect(await refusal(group(places[42], "one-more"))).to.contain(
                "at most 42 endpoint groups",
            );
        });

        it("overrides ports of its listener, to none that the accelerator listens on", async () => {
            const { listenerArn } = await group();
            const override = (listenerPort: number, endpointPort: number) =>
                account.update(groupType, "group", {
                    listenerArn,
                    endpointGroupRegion: "eu-west-1",
                    portOverrides: [{ listenerPort, endpointPort }],
                });
            expect(await refusal(override(80, 8080))).to.contain(
                "listener port 80 of a port override is not in the listener's port ranges",
            );
            expect(await refusal(override(443, 443))).to.contain(
                "endpoint port 443 of a port override can't be in a listener port range",
            );
            await override(443, 8443);
        });

        describe("with a load balancer as endpoint", () => {
            const to = (endpointId: string, more: Props = {}): Props => ({
                endpointConfigurations: [{ endpointId, weight: 128, ...more }],
            });

            it("takes one of its own region", async () => {
                await group(to(await balancer(), { clientIpPreservationEnabled: true }));
            });

            it("refuses one of a region it is not in", async () => {
                const arn = await balancer();
                expect(
                    await refusal(group({ ...to(arn), endpointGroupRegion: "us-east-1" })),
                ).to.contain(
                    "is in eu-west-1; all endpoints of a group must be in the group's Region",
                );
            });

            it("refuses one that does not exist, and other accounts' without an attachment", async () => {
                expect(await refusal(group(to("arn:aws:elasticloadbalancing:none")))).to.contain(
                    "EndpointNotFoundException",
                );
                const { arn: listenerArn } = await listener(
                    { acceleratorArn: (await accelerator({}, "second")).arn },
                    "second",
                );
                expect(
                    await refusal(
                        group({ listenerArn, ...to("arn:theirs", { attachmentArn: "arn:att" }) }),
                    ),
                ).to.contain("AttachmentNotFoundException");
            });

            it("refuses a gateway load balancer", async () => {
                account.declare(balancerType, "arn:gateway", {
                    arn: "arn:gateway",
                    loadBalancerType: "gateway",
                });
                expect(await refusal(group(to("arn:gateway")))).to.contain(
                    "only Application and Network Load Balancers can be endpoints",
                );
            });

            it("keeps the client's address at a network load balancer with security groups alone", async () => {
                const declare = (securityGroups: readonly string[]): void =>
                    account.declare(balancerType, "arn:net", {
                        arn: "arn:net",
                        loadBalancerType: "network",
                        securityGroups,
                    });
                const { arn: listenerArn } = await listener();
                const make = () =>
                    group({ listenerArn, ...to("arn:net", { clientIpPreservationEnabled: true }) });
                declare([]);
                expect(await refusal(make())).to.contain("without security groups");
                declare(["sg-1"]);
                await make();
            });

            describe("behind a dual-stack accelerator", () => {
                const dualListener = async (): Promise<unknown> => {
                    const { arn: acceleratorArn } = await accelerator({
                        ipAddressType: "DUAL_STACK",
                    });
                    return (await listener({ acceleratorArn })).arn;
                };
                const preserved = { clientIpPreservationEnabled: true };

                it("takes dual-stack ones that keep the client's address", async () => {
                    const listenerArn = await dualListener();
                    const arn = await balancer(await dualStack());
                    expect(await refusal(group({ listenerArn, ...to(arn) }))).to.contain(
                        "must have client IP address preservation enabled",
                    );
                    await group({ listenerArn, ...to(arn, preserved) });
                });

                it("refuses one with IPv4 alone", async () => {
                    const listenerArn = await dualListener();
                    const arn = await balancer();
                    expect(await refusal(group({ listenerArn, ...to(arn, preserved) }))).to.contain(
                        "has the IP address type ipv4; a dual-stack accelerator requires dual-stack endpoints",
                    );
                });

                it("keeps an accelerator from becoming dual-stack before its endpoints are", async () => {
                    await group(to(await balancer(), preserved));
                    expect(
                        await refusal(
                            account.update(acceleratorType, "web", {
                                name: "web",
                                ipAddressType: "DUAL_STACK",
                            }),
                        ),
                    ).to.contain("a dual-stack accelerator requires dual-stack endpoints");
                });
            });
        });
    });

    it("is ruled from us-west-2, whatever becomes of us-east-1", async () => {
        const other = new WorldAccount({ timeoutMs: 20 });
        const { faults, journal } = other.world;
        try {
            faults.inject({ kind: "control-planes", region: "us-east-1" });
            const made = await other.create(acceleratorType, { name: "web" }, "us-east-1");
            expect(journal.since(0).map(({ region, outcome }) => [region, outcome])).to.deep.equal([
                ["us-west-2", "ok"],
            ]);
            faults.inject({ kind: "control-planes", region: "us-west-2" });
            expect(
                await refusal(other.update(acceleratorType, made, { name: "web" }, "us-east-1")),
            ).to.contain("us-west-2");
        } finally {
            other.close();
        }
    });

    describe("an alias", () => {
        const alias = (name: unknown, zoneId: unknown): Promise<Props> =>
            account.create("aws:route53/record:Record", `direct ${String(name)}`, {
                zoneId: "Z0123456789EXAMPLE",
                name: "direct.example.com",
                type: "A",
                aliases: [{ name, zoneId, evaluateTargetHealth: false }],
            });

        it("leads to either name of an accelerator, in the zone of all accelerators", async () => {
            account.declare(
                "aws:route53/zone:Zone",
                "Z0123456789EXAMPLE",
                { name: "example.com", nameServers: ["ns-1.example.com"] },
                "global",
            );
            const made = await accelerator({ ipAddressType: "DUAL_STACK" });
            expect(await refusal(alias(made.dnsName, "Z32O12XQLNTSW2"))).to.contain(
                "does not lie within the target zone",
            );
            expect(
                await refusal(alias("a0.awsglobalaccelerator.com", made.hostedZoneId)),
            ).to.contain("that target was not found");
            await alias(made.dnsName, made.hostedZoneId);
            await account.remove("aws:route53/record:Record", `direct ${String(made.dnsName)}`);
            await alias(made.dualStackDnsName, made.hostedZoneId);
        });
    });

    /** Inputs of a load balancer with IPv6, and the subnets it needs. */
    async function dualStack(): Promise<Props> {
        const net: TestNetwork = await network(account);
        const subnets: string[] = [];
        for (const [index, letter] of ["a", "b"].entries()) {
            const made = await account.create(subnetType, `six-${letter}`, {
                vpcId: net.vpcId,
                cidrBlock: `10.0.${10 + index}.0/24`,
                availabilityZone: account.region + letter,
                ipv6CidrBlock: `${net.ipv6Prefix}0${index + 1}::/64`,
            });
            subnets.push(String(made.id));
        }
        return { ipAddressType: "dualstack", subnets, securityGroups: [net.groupId] };
    }
});
