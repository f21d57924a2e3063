import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";
import {
    gatewayType,
    groupType,
    network,
    role,
    subnetType,
    vpcType,
    type TestNetwork,
} from "./support/network";

const tableType = "aws:ec2/routeTable:RouteTable";
const routeType = "aws:ec2/route:Route";
const associationType = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const flowLogType = "aws:ec2/flowLog:FlowLog";

describe("EC2 networking", () => {
    let account: Account;
    let net: TestNetwork;
    beforeEach(async () => {
        account = await Account.open();
        net = await network(account);
    });
    afterEach(() => {
        account.close();
    });

    describe("a VPC", () => {
        it("takes a /16 to a /28 without host bits", () => {
            const problems = (cidrBlock: string): readonly string[] =>
                account.problems(vpcType, { cidrBlock });
            expect(problems("10.0.0.0/16")).to.deep.equal([]);
            expect(problems("10.0.0.0/28")).to.deep.equal([]);
            expect(problems("10.0.0.0/15")[0]).to.contain("must be a /16 to a /28");
            expect(problems("10.0.0.0/29")[0]).to.contain("must be a /16 to a /28");
            expect(problems("10.0.0.1/16")[0]).to.contain("without host bits");
            expect(problems("10.0.0.256/24")[0]).to.contain("without host bits");
        });

        it("stays while something is in it", async () => {
            expect(await refusal(account.remove(vpcType, "net"))).to.contain(
                `DependencyViolation: The vpc '${net.vpcId}' has dependencies and cannot be deleted.`,
            );
        });

        it("gets an IPv6 /56 when it asks for one, and none otherwise", async () => {
            const create = (name: string, inputs: Props): Promise<Props> =>
                account.create(vpcType, name, { cidrBlock: "10.0.0.0/16", ...inputs });
            expect((await create("four", {})).ipv6CidrBlock).to.equal("");
            expect(
                (await create("both", { assignGeneratedIpv6CidrBlock: true })).ipv6CidrBlock,
            ).to.match(/^2600:1f18:[0-9a-f]{4}:[0-9a-f]{2}00::\/56$/);
        });

        it("is replaced when its block changes, and not when its DNS does", () => {
            const old = { cidrBlock: "10.0.0.0/16", enableDnsHostnames: false };
            expect(account.replaces(vpcType, old, { ...old, cidrBlock: "10.1.0.0/16" })).to.eql([
                "cidrBlock",
            ]);
            expect(account.replaces(vpcType, old, { ...old, enableDnsHostnames: true })).to.eql([]);
        });
    });

    describe("a subnet", () => {
        const create = (inputs: Props): Promise<unknown> =>
            account.create(subnetType, "new", {
                vpcId: net.vpcId,
                cidrBlock: "10.0.2.0/24",
                availabilityZone: "eu-west-1c",
                ...inputs,
            });

        it("is made in its zone", async () => {
            expect(await create({})).to.include({
                availabilityZone: "eu-west-1c",
                availabilityZoneId: "euw1-az3",
            });
        });

        const refused: readonly [string, Props, string][] = [
            ["outside the VPC", { cidrBlock: "10.1.0.0/24" }, "InvalidSubnet.Range"],
            ["over another one", { cidrBlock: "10.0.1.128/25" }, "InvalidSubnet.Conflict"],
            ["in no zone of the region", { availabilityZone: "us-east-1a" }, "eu-west-1a, "],
            ["in no VPC", { vpcId: "vpc-0" }, "InvalidVpcID.NotFound"],
        ];
        for (const [where, inputs, words] of refused) {
            it(`is refused ${where}`, async () => {
                expect(await refusal(create(inputs))).to.contain(words);
            });
        }

        it("has an IPv6 /64 of its VPC's, and no other subnet's", async () => {
            const block = (place: string): string => `${net.ipv6Prefix}${place}::/64`;
            await create({ ipv6CidrBlock: block("01"), assignIpv6AddressOnCreation: true });
            const twin = (ipv6CidrBlock: string): Promise<unknown> =>
                account.create(subnetType, "twin", {
                    vpcId: net.vpcId,
                    cidrBlock: "10.0.3.0/24",
                    ipv6CidrBlock,
                });
            expect(await refusal(twin(block("01")))).to.contain("InvalidSubnet.Conflict");
            expect(await refusal(twin("2600:1f18:1:1::/64"))).to.contain("InvalidSubnet.Range");
            expect(await refusal(twin(block("02").replace("64", "60")))).to.contain("an IPv6 /64");
            await twin(block("02"));
        });

        it("gives IPv6 addresses out of a block it has only", () => {
            expect(
                account.problems(subnetType, {
                    vpcId: net.vpcId,
                    cidrBlock: "10.0.2.0/24",
                    assignIpv6AddressOnCreation: true,
                }),
            ).to.deep.equal(["assignIpv6AddressOnCreation: needs an ipv6CidrBlock"]);
        });

        it("may take the block of one that is gone", async () => {
            await account.remove(subnetType, "subnet-b");
            await create({ cidrBlock: "10.0.1.0/24" });
        });
    });

    it("attaches one internet gateway to a VPC", async () => {
        expect(
            await refusal(account.create(gatewayType, "second", { vpcId: net.vpcId })),
        ).to.contain("already has an internet gateway attached");
    });

    describe("a route", () => {
        let routeTableId: string;
        let gatewayId: string;
        beforeEach(async () => {
            const table = await account.create(tableType, "public", { vpcId: net.vpcId });
            routeTableId = String(table.id);
            gatewayId = String(account.store.list(gatewayType)[0]?.id);
        });

        it("has one destination and one target", () => {
            const destinationCidrBlock = "0.0.0.0/0";
            expect(account.problems(routeType, { routeTableId })).to.have.length(2);
            expect(
                account.problems(routeType, {
                    routeTableId,
                    destinationCidrBlock,
                    gatewayId,
                    natGatewayId: "nat-1",
                })[0],
            ).to.contain("got gatewayId and natGatewayId");
        });

        it("is refused twice for a destination", async () => {
            const inputs = { routeTableId, destinationCidrBlock: "0.0.0.0/0", gatewayId };
            await account.create(routeType, "first", inputs);
            expect(await refusal(account.create(routeType, "second", inputs))).to.contain(
                "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.",
            );
        });

        it("is refused towards another VPC's gateway", async () => {
            const other = await account.create(vpcType, "other", { cidrBlock: "10.9.0.0/16" });
            const gateway = await account.create(gatewayType, "other", { vpcId: other.id });
            expect(
                await refusal(
                    account.create(routeType, "wrong", {
                        routeTableId,
                        destinationCidrBlock: "0.0.0.0/0",
                        gatewayId: gateway.id,
                    }),
                ),
            ).to.contain("belong to different networks");
        });

        it("keeps a route table that a subnet uses, one table a subnet", async () => {
            const inputs = { routeTableId, subnetId: net.subnets[0] };
            await account.create(associationType, "a", inputs);
            expect(await refusal(account.create(associationType, "b", inputs))).to.contain(
                "Resource.AlreadyAssociated",
            );
            expect(await refusal(account.remove(tableType, "public"))).to.contain(
                "DependencyViolation",
            );
        });
    });

    describe("a security group", () => {
        it("is refused under a name its VPC has", async () => {
            const inputs = { name: "web", vpcId: net.vpcId };
            await account.create(groupType, "first", inputs);
            expect(await refusal(account.create(groupType, "second", inputs))).to.contain(
                "InvalidGroup.Duplicate",
            );
        });

        it("must not be named like an id", () => {
            expect(account.problems(groupType, { name: "sg-web" })).to.have.length(1);
        });

        it("stays while another group's rule names it", async () => {
            const other = await account.create(groupType, "other", { vpcId: net.vpcId });
            await account.create(ingressType, "rule", {
                securityGroupId: other.id,
                referencedSecurityGroupId: net.groupId,
                ipProtocol: "tcp",
                fromPort: 80,
                toPort: 80,
            });
            expect(await refusal(account.remove(groupType, "group"))).to.contain(
                "has a dependent object",
            );
        });
    });

    describe("a security group rule", () => {
        const rule = (inputs: Props = {}): Props => ({
            securityGroupId: net.groupId,
            cidrIpv4: "0.0.0.0/0",
            ipProtocol: "tcp",
            fromPort: 443,
            toPort: 443,
            ...inputs,
        });

        const refused: readonly [string, Props, string][] = [
            ["a port above 65535", { toPort: 65536 }, "toPort: must be a whole number"],
            ["ports the wrong way round", { fromPort: 444 }, "fromPort: must not be above toPort"],
            ["ports for all protocols", { ipProtocol: "-1" }, "leave fromPort and toPort out"],
            ["no such protocol", { ipProtocol: "https" }, "ipProtocol: must be one of"],
            ["two peers", { cidrIpv6: "::/0" }, "exactly one of"],
            ["host bits", { cidrIpv4: "10.0.0.1/24" }, "without host bits"],
        ];
        for (const [what, inputs, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(ingressType, rule(inputs)).join()).to.contain(words);
            });
        }

        it("takes all protocols without ports", () => {
            const all = {
                securityGroupId: net.groupId,
                cidrIpv4: "0.0.0.0/0",
                ipProtocol: "-1",
            };
            expect(account.problems(ingressType, all)).to.deep.equal([]);
        });

        it("is refused twice", async () => {
            await account.create(ingressType, "first", rule());
            expect(await refusal(account.create(ingressType, "second", rule()))).to.contain(
                "InvalidPermission.Duplicate",
            );
        });

        it("is refused as the group's 61st", async () => {
            for (let port = 1; port <= 60; port++) {
                await account.create(
                    ingressType,
                    `rule-${port}`,
                    rule({ fromPort: port, toPort: port }),
                );
            }
            expect(await refusal(account.create(ingressType, "last", rule()))).to.contain(
                "RulesPerSecurityGroupLimitExceeded",
            );
        });
    });

    describe("a VPC endpoint", () => {
        const create = (name: string, inputs: Props): Promise<Props> =>
            account.create(endpointType, name, { vpcId: net.vpcId, ...inputs });
        const logs = (inputs: Props = {}): Props => ({
            serviceName: "com.amazonaws.eu-west-1.logs",
            vpcEndpointType: "Interface",
            subnetIds: net.subnets,
            privateDnsEnabled: true,
            ...inputs,
        });

        it("is made for a service of the region", async () => {
            const made = await create("logs", logs());
            expect(made.state).to.equal("available");
            expect(made.networkInterfaceIds).to.have.length(2);
        });

        const refused: readonly [string, Props, string][] = [
            [
                "another region's service",
                { serviceName: "com.amazonaws.us-east-1.logs" },
                "InvalidServiceName",
            ],
            [
                "a gateway for a service that has none",
                {
                    vpcEndpointType: "Gateway",
                    subnetIds: undefined,
                    privateDnsEnabled: undefined,
                },
                "does not match available service types",
            ],
        ];
        for (const [what, inputs, words] of refused) {
            it(`is refused for ${what}`, async () => {
                expect(await refusal(create("wrong", logs(inputs)))).to.contain(words);
            });
        }

        it("is refused with two subnets in a zone", async () => {
            const twin = await account.create(subnetType, "twin", {
                vpcId: net.vpcId,
                cidrBlock: "10.0.9.0/24",
                availabilityZone: "eu-west-1a",
            });
            expect(
                await refusal(create("logs", logs({ subnetIds: [net.subnets[0], twin.id] }))),
            ).to.contain("DuplicateSubnetsInSameZone");
        });

        it("is refused with private DNS in a VPC without host names", async () => {
            await account.update(vpcType, "net", {
                cidrBlock: "10.0.0.0/16",
                assignGeneratedIpv6CidrBlock: true,
                enableDnsHostnames: false,
            });
            expect(await refusal(create("logs", logs()))).to.contain(
                "requires both enableDnsSupport and enableDnsHostnames",
            );
        });

        it("is refused where another one answers the service's name", async () => {
            await create("first", logs());
            expect(await refusal(create("second", logs()))).to.contain(
                "conflicting DNS domain for logs.eu-west-1.amazonaws.com",
            );
        });

        it("takes what fits its type only", () => {
            const serviceName = "com.amazonaws.eu-west-1.s3";
            expect(
                account.problems(endpointType, {
                    vpcId: net.vpcId,
                    serviceName,
                    subnetIds: net.subnets,
                }),
            ).to.deep.equal([
                "subnetIds: is for Interface endpoints; a Gateway endpoint takes routeTableIds",
            ]);
        });
    });

    describe("a flow log", () => {
        const inputs = (roleArn: string): Props => ({
            vpcId: net.vpcId,
            trafficType: "ALL",
            logDestination: "arn:aws:logs:eu-west-1:111122223333:log-group:/flow",
            iamRoleArn: roleArn,
        });

        const group = "arn:aws:logs:eu-west-1:111122223333:log-group:/flow";
        const writing: Readonly<Record<string, readonly string[]>> = {
            "logs:CreateLogGroup": [group],
            "logs:CreateLogStream": [`${group}:*`],
            "logs:DescribeLogGroups": ["arn:aws:logs:eu-west-1:111122223333:log-group:*"],
            "logs:DescribeLogStreams": [`${group}:*`],
            "logs:PutLogEvents": [`${group}:*`],
        };

        /** A role of flow logs that may do this. */
        async function writer(actions: typeof writing): Promise<string> {
            const roleArn = await role(account, "flow", "vpc-flow-logs.amazonaws.com");
            await account.create("aws:iam/rolePolicy:RolePolicy", "flow", {
                role: "flow",
                policy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: Object.entries(actions).map(([Action, Resource]) => ({
                        Effect: "Allow",
                        Action,
                        Resource,
                    })),
                }),
            });
            return roleArn;
        }

        for (const action of Object.keys(writing)) {
            it(`is refused with a role that lacks ${action}, or has it for another group`, async () => {
                await account.create("aws:cloudwatch/logGroup:LogGroup", "flow", { name: "/flow" });
                const other = ["arn:aws:logs:eu-west-1:111122223333:log-group:/other:*"];
                const roleArn = await writer({ ...writing, [action]: other });
                expect(
                    await refusal(account.create(flowLogType, "flow", inputs(roleArn))),
                ).to.contain(`lacks ${action} (`);
            });
        }

        it("goes to a log group that exists", async () => {
            const roleArn = await writer(writing);
            expect(await refusal(account.create(flowLogType, "flow", inputs(roleArn)))).to.contain(
                "LogDestinationNotFoundException",
            );
            await account.create("aws:cloudwatch/logGroup:LogGroup", "flow", { name: "/flow" });
            await account.create(flowLogType, "flow", inputs(roleArn));
            expect(await refusal(account.create(flowLogType, "twin", inputs(roleArn)))).to.contain(
                "FlowLogAlreadyExists",
            );
        });

        it("is refused with a role that flow logs cannot assume", async () => {
            await account.create("aws:cloudwatch/logGroup:LogGroup", "flow", { name: "/flow" });
            const roleArn = await role(account, "flow", "ecs-tasks.amazonaws.com");
            expect(await refusal(account.create(flowLogType, "flow", inputs(roleArn)))).to.contain(
                "its trust policy must allow vpc-flow-logs.amazonaws.com",
            );
        });

        it("aggregates over 60 or 600 seconds", () => {
            const problems = account.problems(flowLogType, {
                ...inputs("arn:aws:iam::111122223333:role/flow"),
                maxAggregationInterval: 300,
            });
            expect(problems).to.deep.equal([
                "maxAggregationInterval: must be 60 or 600 seconds, got 300",
            ]);
        });
    });
});
