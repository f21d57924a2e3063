import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";
import {
    balancerInputs,
    balancerType,
    certificate,
    certificateType,
    listenerType,
    targetGroupInputs,
    targetGroupType,
} from "./support/loadBalancer";
import { gatewayType, network, subnetType, type TestNetwork } from "./support/network";

describe("load balancing", () => {
    let account: Account;
    let net: TestNetwork;
    beforeEach(async () => {
        account = await Account.open();
        net = await network(account);
    });
    afterEach(() => {
        account.close();
    });

    const balancer = (inputs: Props = {}, name = "web"): Promise<Props> =>
        account.create(balancerType, name, balancerInputs(net, inputs));

    describe("a load balancer", () => {
        it("has the addresses AWS gives it", async () => {
            const made = await balancer();
            expect(made.arnSuffix).to.match(/^app\/web\/[0-9a-f]{16}$/);
            expect(made.arn).to.equal(
                `arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/${made.arnSuffix}`,
            );
            expect(made.dnsName).to.match(/^web-\d+\.eu-west-1\.elb\.amazonaws\.com$/);
            expect(made.zoneId).to.equal("Z32O12XQLNTSW2");
            expect(made.vpcId).to.equal(net.vpcId);
        });

        it("keeps its addresses when it is updated", async () => {
            const made = await balancer();
            const after = await account.update(
                balancerType,
                "web",
                balancerInputs(net, { idleTimeout: 120 }),
            );
            expect([after.arn, after.dnsName]).to.deep.equal([made.arn, made.dnsName]);
        });

        const invalid: readonly [string, Props, string][] = [
            ["a name of 33 characters", { name: "a".repeat(33) }, "name: must be 1 to 32"],
            ["a name that ends with a hyphen", { name: "web-" }, "name: must be 1 to 32"],
            ["a name that begins with internal-", { name: "internal-web" }, "name: must be"],
            ["one subnet", { subnets: ["subnet-1"] }, "At least two subnets"],
            ["an idle timeout of 4001 s", { idleTimeout: 4001 }, "idleTimeout: must be"],
            ["no such type", { loadBalancerType: "classic" }, "loadBalancerType: must be"],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(
                    account.problems(balancerType, balancerInputs(net, inputs)).join(),
                ).to.contain(words);
            });
        }

        const extraSubnet = async (cidrBlock: string, availabilityZone: string): Promise<string> =>
            String(
                (
                    await account.create(subnetType, "extra", {
                        vpcId: net.vpcId,
                        cidrBlock,
                        availabilityZone,
                    })
                ).id,
            );

        it("is refused with two subnets in a zone", async () => {
            const extra = await extraSubnet("10.0.2.0/24", "eu-west-1a");
            expect(await refusal(balancer({ subnets: [net.subnets[0], extra] }))).to.contain(
                "cannot be attached to multiple subnets in the same Availability Zone",
            );
        });

        it("is refused in a subnet smaller than a /27", async () => {
            const extra = await extraSubnet("10.0.2.0/28", "eu-west-1c");
            expect(await refusal(balancer({ subnets: [net.subnets[0], extra] }))).to.contain(
                "ELB requires at least 8 free IP addresses in each subnet",
            );
        });

        it("faces the internet only through an internet gateway", async () => {
            await account.remove(gatewayType, "net");
            expect(await refusal(balancer())).to.contain("has no internet gateway");
            await balancer({ internal: true });
        });

        it("speaks IPv6 only in subnets that do", async () => {
            expect(await refusal(balancer({ ipAddressType: "dualstack" }))).to.contain(
                "You must specify subnets with an associated IPv6 CIDR block.",
            );
            for (const [index, letter] of ["a", "b"].entries()) {
                await account.update(subnetType, `subnet-${letter}`, {
                    vpcId: net.vpcId,
                    cidrBlock: `10.0.${index}.0/24`,
                    availabilityZone: `eu-west-1${letter}`,
                    ipv6CidrBlock: `${net.ipv6Prefix}0${index}::/64`,
                });
            }
            await balancer({ ipAddressType: "dualstack" });
        });

        it("is refused with a group that does not exist", async () => {
            expect(await refusal(balancer({ securityGroups: ["sg-0"] }))).to.contain(
                "InvalidSecurityGroup",
            );
        });

        it("is refused under a name the region has", async () => {
            await balancer();
            expect(await refusal(balancer({}, "other"))).to.contain("DuplicateLoadBalancerName");
        });

        it("stays while deletion protection is on", async () => {
            await balancer({ enableDeletionProtection: true });
            expect(await refusal(account.remove(balancerType, "web"))).to.contain(
                "cannot be deleted because deletion protection is enabled",
            );
            await account.update(balancerType, "web", balancerInputs(net));
            await account.remove(balancerType, "web");
        });
    });

    describe("access logs", () => {
        const withLogs = (): Promise<Props> =>
            balancer({ accessLogs: { bucket: "logs", prefix: "lb", enabled: true } });
        const bucket = (region?: string): void => {
            account.declare("aws:s3/bucket:Bucket", "logs", { bucket: "logs" }, region);
        };
        const policy = (statement: object = {}): void => {
            account.declare("aws:s3/bucketPolicy:BucketPolicy", "logs", {
                bucket: "logs",
                policy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: {
                                Service: "logdelivery.elasticloadbalancing.amazonaws.com",
                            },
                            Action: "s3:PutObject",
                            Resource: "arn:aws:s3:::logs/lb/AWSLogs/111122223333/*",
                            ...statement,
                        },
                    ],
                }),
            });
        };

        it("go to a bucket whose policy lets the log delivery service write", async () => {
            bucket();
            policy();
            await withLogs();
        });

        it("go to a bucket whose policy names the region's ELB account", async () => {
            bucket();
            policy({ Principal: { AWS: "arn:aws:iam::156460612806:root" } });
            await withLogs();
        });

        it("are refused without the bucket", async () => {
            expect(await refusal(withLogs())).to.contain("S3 bucket does not exist: logs");
        });

        it("are refused with a bucket in another region", async () => {
            bucket("us-east-1");
            expect(await refusal(withLogs())).to.contain("not located in the same region");
        });

        const denied: readonly [string, object][] = [
            ["another service only", { Principal: { Service: "s3.amazonaws.com" } }],
            ["another prefix only", { Resource: "arn:aws:s3:::logs/AWSLogs/111122223333/*" }],
            ["reading only", { Action: "s3:GetObject" }],
            [
                "another account's balancers only",
                { Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } } },
            ],
            ["nobody", { Effect: "Deny" }],
        ];
        for (const [what, statement] of denied) {
            it(`are refused when the policy allows ${what}`, async () => {
                bucket();
                policy(statement);
                expect(await refusal(withLogs())).to.contain("Access Denied for bucket: logs");
            });
        }

        it("are refused with a bucket encrypted by a KMS key", async () => {
            bucket();
            policy();
            account.declare(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                "logs",
                {
                    bucket: "logs",
                    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
                },
            );
            expect(await refusal(withLogs())).to.contain("Access Denied for bucket: logs");
        });
    });

    describe("a target group", () => {
        const problems = (inputs: Props): string =>
            account.problems(targetGroupType, targetGroupInputs(net, inputs)).join();

        it("has a suffix for metrics and the rest of its health check", async () => {
            const made = await account.create(
                targetGroupType,
                "web",
                targetGroupInputs(net, { healthCheck: { path: "/health", interval: 10 } }),
            );
            expect(made.arnSuffix).to.match(/^targetgroup\/web\/[0-9a-f]{16}$/);
            expect(made.healthCheck).to.include({
                path: "/health",
                interval: 10,
                timeout: 5,
                matcher: "200",
            });
        });

        const invalid: readonly [string, Props, string][] = [
            ["an interval of 4 s", { healthCheck: { interval: 4 } }, "interval: must be"],
            ["an interval of 301 s", { healthCheck: { interval: 301 } }, "interval: must be"],
            ["a threshold of 1", { healthCheck: { healthyThreshold: 1 } }, "from 2 to 10"],
            ["a threshold of 11", { healthCheck: { unhealthyThreshold: 11 } }, "from 2 to 10"],
            [
                "a timeout as long as the interval",
                { healthCheck: { interval: 10, timeout: 10 } },
                "interval must be greater than the timeout",
            ],
            ["a path without a slash", { healthCheck: { path: "health" } }, "begin with /"],
            ["a name of 33 characters", { name: "a".repeat(33) }, "name: must be 1 to 32"],
            ["a slow start of 10 s", { slowStart: 10 }, "slowStart: must be"],
            ["no port", { port: undefined }, "port: must be set"],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(problems(inputs)).to.contain(words);
            });
        }

        it("takes an interval of 5 s without a timeout of its own", () => {
            expect(problems({ healthCheck: { interval: 5 } })).to.equal("");
        });

        it("is refused in a VPC that does not exist", async () => {
            expect(
                await refusal(
                    account.create(
                        targetGroupType,
                        "web",
                        targetGroupInputs(net, { vpcId: "vpc-0" }),
                    ),
                ),
            ).to.contain("The VPC ID 'vpc-0' is not found");
        });
    });

    describe("a listener", () => {
        let inputs: Props;
        beforeEach(async () => {
            const made = await balancer();
            const group = await account.create(
                targetGroupType,
                "web",
                targetGroupInputs(net, { name: "web" }),
            );
            inputs = {
                loadBalancerArn: made.arn,
                port: 443,
                protocol: "HTTPS",
                sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
                certificateArn: await certificate(account, { proven: true }),
                defaultActions: [{ type: "forward", targetGroupArn: group.arn }],
            };
        });
        const listen = (overrides: Props = {}, name = "https"): Promise<Props> =>
            account.create(listenerType, name, { ...inputs, ...overrides });

        it("serves an issued certificate and holds its target group", async () => {
            const made = await listen();
            expect(made.arn).to.match(/:listener\/app\/web\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
            expect(await refusal(account.remove(targetGroupType, "web"))).to.contain(
                "ResourceInUse",
            );
            expect(await refusal(account.remove(certificateType, "certificate"))).to.contain(
                "ResourceInUseException",
            );
        });

        it("is refused while the certificate waits for its records", async () => {
            for (const record of account.store.list("aws:route53/record:Record")) {
                account.store.delete(record.type, record.region, record.id);
            }
            expect(await refusal(listen())).to.contain("UnsupportedCertificate");
        });

        it("is refused with another region's certificate", async () => {
            const elsewhere = String(inputs.certificateArn).replace("eu-west-1", "us-east-1");
            expect(await refusal(listen({ certificateArn: elsewhere }))).to.contain("is not valid");
        });

        const refused: readonly [string, Props, string][] = [
            [
                "a TLS policy that does not exist",
                { sslPolicy: "ELBSecurityPolicy-TLS13-1-2" },
                "SSLPolicyNotFound",
            ],
            [
                "a target group that does not exist",
                { defaultActions: [{ type: "forward", targetGroupArn: "arn:none" }] },
                "TargetGroupNotFound",
            ],
            [
                "a load balancer that does not exist",
                { loadBalancerArn: "arn:none" },
                "LoadBalancerNotFound",
            ],
            ["no certificate", { certificateArn: undefined }, "A certificate must be specified"],
            [
                "a redirect to itself",
                { defaultActions: [{ type: "redirect", redirect: { statusCode: "HTTP_301" } }] },
                "it redirects to itself",
            ],
        ];
        for (const [what, overrides, words] of refused) {
            it(`is refused with ${what}`, async () => {
                expect(await refusal(listen(overrides))).to.contain(words);
            });
        }

        it("is refused on a port that is taken", async () => {
            await listen();
            expect(await refusal(listen({}, "twin"))).to.contain("DuplicateListener");
        });

        it("is refused for a target group of another load balancer", async () => {
            await listen();
            const other = await balancer({ name: "other" }, "other");
            expect(await refusal(listen({ loadBalancerArn: other.arn }, "twin"))).to.contain(
                "TargetGroupAssociationLimit",
            );
        });
    });
});
