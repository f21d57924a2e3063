import { expect } from "chai";

import { Accelerator, type AcceleratedRegion } from "../../components/accelerator";
import { InvalidArgsError } from "../../components/errors";
import { policyAllows, type PolicyRequest } from "../../sandbox/aws/support/policyDocument";
import { setMocks, settled, valueOf, type MockOptions, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const acceleratorType = "aws:globalaccelerator/accelerator:Accelerator";
const groupType = "aws:globalaccelerator/endpointGroup:EndpointGroup";
const bucketName = `meridian-accelerator-logs-${accountId}`;

const balancerOf = (region: string): string =>
    `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/app/x/1`;

interface Given {
    readonly dials?: Readonly<Record<string, number>>;
    readonly deletionProtection?: boolean;
    readonly state?: MockOptions["state"];
}

async function register(given: Given = {}): Promise<{
    readonly registered: Registrations;
    readonly accelerator: Accelerator;
}> {
    const registered = await setMocks(given.state === undefined ? {} : { state: given.state });
    const accelerator = new Accelerator("direct", {
        accountId,
        zoneId: "Z0123456789EXAMPLE",
        domain: "example.com",
        healthPath: "/health",
        logRegion: "eu-central-1",
        logRetentionDays: 90,
        deletionProtection: given.deletionProtection ?? true,
        regions: ["us-east-1", "eu-west-1"].map((region): AcceleratedRegion => {
            const dialPercent = given.dials?.[region];
            return {
                region,
                loadBalancerArn: balancerOf(region),
                ...(dialPercent === undefined ? {} : { dialPercent }),
            };
        }),
    });
    await settled();
    return { registered, accelerator };
}

describe("the accelerator", () => {
    it("has addresses of both families, and logs its flows", async () => {
        const { registered } = await register();
        expect(registered.inputs(acceleratorType, "direct")).to.deep.equal({
            name: "meridian",
            ipAddressType: "DUAL_STACK",
            enabled: true,
            attributes: {
                flowLogsEnabled: true,
                flowLogsS3Bucket: bucketName,
                flowLogsS3Prefix: "direct",
            },
        });
    });

    it("takes HTTPS, and keeps a client with one region", async () => {
        const { registered } = await register();
        expect(
            registered.inputs("aws:globalaccelerator/listener:Listener", "direct"),
        ).to.deep.include({
            protocol: "TCP",
            portRanges: [{ fromPort: 443, toPort: 443 }],
            clientAffinity: "SOURCE_IP",
        });
    });

    it("has a group per region, with the region's load balancer, that sees its clients", async () => {
        const { registered } = await register();
        expect(registered.names(groupType)).to.deep.equal(["direct-eu-west-1", "direct-us-east-1"]);
        for (const region of ["eu-west-1", "us-east-1"]) {
            expect(registered.inputs(groupType, `direct-${region}`)).to.deep.include({
                endpointGroupRegion: region,
                trafficDialPercentage: 100,
                healthCheckProtocol: "HTTPS",
                healthCheckPath: "/health",
                healthCheckIntervalSeconds: 10,
                thresholdCount: 3,
                endpointConfigurations: [
                    {
                        endpointId: balancerOf(region),
                        weight: 128,
                        clientIpPreservationEnabled: true,
                    },
                ],
            });
        }
    });

    it("is led to by a name of its own, over both address families", async () => {
        const { registered, accelerator } = await register();
        expect(accelerator.directName).to.equal("direct.example.com");
        expect(
            registered
                .of("aws:route53/record:Record")
                .map(({ inputs }) => [inputs["name"], inputs["type"], inputs["aliases"]]),
        ).to.deep.equal(
            ["A", "AAAA"].map((type) => [
                "direct.example.com",
                type,
                [
                    {
                        name: "a0123456789abcdef.dualstack.awsglobalaccelerator.com",
                        zoneId: "Z2BJ6XQ5FK7U4H",
                        evaluateTargetHealth: false,
                    },
                ],
            ]),
        );
    });

    it("sets the dials it is given, and leaves the others as they are", async () => {
        const { registered, accelerator } = await register({
            dials: { "us-east-1": 0 },
            state: (type, name) =>
                type === groupType && name === "direct-eu-west-1"
                    ? { trafficDialPercentage: 40 }
                    : undefined,
        });
        const ignored = (region: string) =>
            registered.one(groupType, `direct-${region}`).options.ignoreChanges;
        expect(ignored("us-east-1")).to.deep.equal([]);
        expect(ignored("eu-west-1")).to.deep.equal(["trafficDialPercentage"]);
        const dials = await Promise.all(
            Object.entries(accelerator.dials).map(async ([region, dial]) => [
                region,
                await valueOf(dial),
            ]),
        );
        expect(dials).to.deep.equal([
            ["eu-west-1", 40],
            ["us-east-1", 0],
        ]);
    });

    it("refuses dials that are no percents, and dials that let nobody in", async () => {
        await setMocks();
        for (const [dials, words] of [
            [{ "us-east-1": 101 }, "`dials.us-east-1`: must be a percent from 0 to 100, got 101"],
            [{ "us-east-1": -1 }, "must be a percent from 0 to 100, got -1"],
            [{ "us-east-1": 0, "eu-west-1": 0 }, "at least 1 region must take connections"],
        ] as const) {
            const error = await register({ dials }).catch((e: unknown) => e);
            expect(error).to.be.instanceOf(InvalidArgsError);
            expect(String(error)).to.contain(words);
        }
    });

    describe("'s logs", () => {
        const delivery = (account: string, more: Partial<PolicyRequest>): PolicyRequest => ({
            principal: { service: "delivery.logs.amazonaws.com" },
            action: "s3:PutObject",
            resource: `arn:aws:s3:::${bucketName}/direct/AWSLogs/${accountId}/globalaccelerator/x`,
            context: {
                "aws:SourceAccount": account,
                "aws:SourceArn": `arn:aws:logs:us-west-2:${account}:delivery-source:x`,
            },
            ...more,
        });

        it("may be written for this account below their prefix, and by nobody else", async () => {
            const { registered } = await register();
            const policy = String(
                registered.inputs("aws:s3/bucketPolicy:BucketPolicy", "direct-logs")["policy"],
            );
            expect(policyAllows(policy, delivery(accountId, {}))).to.be.true;
            expect(policyAllows(policy, delivery("999988887777", {}))).to.be.false;
            expect(
                policyAllows(
                    policy,
                    delivery(accountId, { resource: `arn:aws:s3:::${bucketName}/x` }),
                ),
            ).to.be.false;
            const look = { action: "s3:GetBucketAcl", resource: `arn:aws:s3:::${bucketName}` };
            expect(policyAllows(policy, delivery(accountId, look))).to.be.true;
        });

        it("are encrypted with a key of their own that their writer may use, and no other account's", async () => {
            const { registered } = await register();
            expect(
                registered.inputs(
                    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                    "direct-logs",
                )["rules"],
            ).to.deep.equal([
                {
                    applyServerSideEncryptionByDefault: {
                        sseAlgorithm: "aws:kms",
                        kmsMasterKeyId: `arn:aws:kms:eu-west-1:${accountId}:direct-logs`,
                    },
                    bucketKeyEnabled: true,
                },
            ]);
            const key = registered.inputs("aws:kms/key:Key", "direct-logs");
            expect(key["enableKeyRotation"]).to.be.true;
            const use = { action: "kms:GenerateDataKey", resource: "*" };
            const policy = String(key["policy"]);
            expect(policyAllows(policy, delivery(accountId, use))).to.be.true;
            expect(policyAllows(policy, delivery("999988887777", use))).to.be.false;
            const read = (region: string): PolicyRequest => ({
                principal: { arn: `arn:aws:iam::${accountId}:root` },
                action: "kms:Decrypt",
                resource: "*",
                context: {
                    "kms:ViaService": `s3.${region}.amazonaws.com`,
                    "kms:CallerAccount": accountId,
                },
            });
            expect(policyAllows(policy, read("eu-central-1"))).to.be.true;
            expect(policyAllows(policy, read("us-east-1"))).to.be.false;
        });
    });

    it("is protected by Pulumi until it is told not to be", async () => {
        const protectedBy = async (deletionProtection: boolean) => {
            const { registered } = await register({ deletionProtection });
            return [
                registered.one(acceleratorType, "direct").options.protect,
                registered.one("aws:kms/key:Key", "direct-logs").options.protect,
            ];
        };
        expect(await protectedBy(true)).to.deep.equal([true, true]);
        expect(await protectedBy(false)).to.deep.equal([false, false]);
    });
});
