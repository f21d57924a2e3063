import { expect } from "chai";

import { Network } from "../../components/network";
import { ServiceEndpoints } from "../../components/serviceEndpoints";
import { ServiceSecurityGroup } from "../../components/serviceSecurityGroup";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];

async function register(availabilityZones = zones): Promise<Registrations> {
    const registered = await setMocks();
    const network = new Network("net", {
        region: "eu-west-1",
        accountId,
        vpcCidr: "10.20.0.0/16",
        availabilityZones,
        logKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/operations",
        logRetentionDays: 90,
    });
    const endpoints = new ServiceEndpoints("endpoints", {
        region: "eu-west-1",
        accountId,
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        routeTableId: network.privateRouteTableId,
        tableName: "meridian-storefront",
        mediaBucket: "meridian-media-eu-west-1-111122223333",
        ordersBucket: "meridian-orders-eu-west-1-111122223333",
    });
    new ServiceSecurityGroup("access", {
        vpcId: network.vpcId,
        containerPort: 8080,
        loadBalancerGroupId: "sg-load-balancer",
        endpointsGroupId: endpoints.securityGroupId,
        cacheGroupId: "sg-cache",
        prefixListIds: endpoints.prefixListIds,
    });
    await settled();
    return registered;
}

describe("a region's network", () => {
    it("has a private and a public subnet in each of three zones", async () => {
        const registered = await register();
        expect(
            registered
                .of("aws:ec2/subnet:Subnet")
                .map(({ name, inputs }) => [
                    name,
                    inputs["availabilityZone"],
                    inputs["cidrBlock"],
                    inputs["ipv6CidrBlock"],
                ]),
        ).to.deep.equal([
            ["net-private-eu-west-1a", "eu-west-1a", "10.20.0.0/20", undefined],
            ["net-private-eu-west-1b", "eu-west-1b", "10.20.16.0/20", undefined],
            ["net-private-eu-west-1c", "eu-west-1c", "10.20.32.0/20", undefined],
            ["net-public-eu-west-1a", "eu-west-1a", "10.20.224.0/24", "2600:1f18:abcd:ef00::/64"],
            ["net-public-eu-west-1b", "eu-west-1b", "10.20.225.0/24", "2600:1f18:abcd:ef01::/64"],
            ["net-public-eu-west-1c", "eu-west-1c", "10.20.226.0/24", "2600:1f18:abcd:ef02::/64"],
        ]);
    });

    it("leaves the subnets it has alone when a zone is appended", async () => {
        const before = (await register()).of("aws:ec2/subnet:Subnet");
        const after = (await register([...zones, "eu-west-1d"])).of("aws:ec2/subnet:Subnet");
        expect(after).to.have.length(before.length + 2);
        for (const subnet of before) {
            expect(after).to.deep.include(subnet);
        }
    });

    it("has a route out of the public subnets and none out of the private ones", async () => {
        const registered = await register();
        expect(
            registered
                .of("aws:ec2/route:Route")
                .map(({ inputs }) => [
                    inputs["routeTableId"],
                    inputs["destinationCidrBlock"] ?? inputs["destinationIpv6CidrBlock"],
                    inputs["gatewayId"],
                ]),
        ).to.deep.equal([
            ["net-public-id", "0.0.0.0/0", "net-id"],
            ["net-public-id", "::/0", "net-id"],
        ]);
        expect(
            registered
                .of("aws:ec2/routeTableAssociation:RouteTableAssociation")
                .map(({ inputs }) => [inputs["subnetId"], inputs["routeTableId"]]),
        ).to.deep.equal(
            ["private", "public"].flatMap((kind) =>
                zones.map((zone) => [`net-${kind}-${zone}-id`, `net-${kind}-id`]),
            ),
        );
        expect(registered.all.filter(({ type }) => /[nN]atGateway|Eip/.test(type))).to.deep.equal(
            [],
        );
    });

    it("logs every flow, encrypted", async () => {
        const registered = await register();
        expect(registered.inputs("aws:ec2/flowLog:FlowLog", "net-flow-logs")).to.include({
            vpcId: "net-id",
            trafficType: "ALL",
        });
        expect(
            registered.inputs("aws:cloudwatch/logGroup:LogGroup", "net-flow-logs"),
        ).to.deep.equal({
            name: "/meridian/flow-logs",
            kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/operations",
            retentionInDays: 90,
        });
    });

    it("lets flow logs do what AWS asks for, with their own group alone where that can be said", async () => {
        const registered = await register();
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "net-flow-logs-writer-policy"),
        );
        const group = String(
            registered.inputs("aws:ec2/flowLog:FlowLog", "net-flow-logs")["logDestination"],
        );
        expect(Statement.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
            [
                [
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                [group, `${group}:*`],
            ],
            ["logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111122223333:log-group:*"],
        ]);
    });

    it("reaches the services it needs, by gateway where that is free", async () => {
        const registered = await register();
        expect(
            registered
                .of("aws:ec2/vpcEndpoint:VpcEndpoint")
                .map(({ inputs }) => [inputs["serviceName"], inputs["vpcEndpointType"]]),
        ).to.deep.equal([
            ["com.amazonaws.eu-west-1.dynamodb", "Gateway"],
            ["com.amazonaws.eu-west-1.ecr.api", "Interface"],
            ["com.amazonaws.eu-west-1.ecr.dkr", "Interface"],
            ["com.amazonaws.eu-west-1.kinesis-streams", "Interface"],
            ["com.amazonaws.eu-west-1.logs", "Interface"],
            ["com.amazonaws.eu-west-1.s3", "Gateway"],
            ["com.amazonaws.eu-west-1.secretsmanager", "Interface"],
        ]);
    });

    it("lets an endpoint reach the platform's own table, buckets, layers and account only", async () => {
        const registered = await register();
        const statement = (name: string): Record<string, unknown> | undefined =>
            policyIn(registered.inputs("aws:ec2/vpcEndpoint:VpcEndpoint", name)).Statement[0];
        expect(statement("endpoints-dynamodb")?.["Resource"]).to.deep.equal([
            "arn:aws:dynamodb:eu-west-1:111122223333:table/meridian-storefront",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/meridian-storefront/index/*",
        ]);
        expect(statement("endpoints-s3")).to.include({
            Action: "s3:GetObject",
            Resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        });
        const buckets = policyIn(
            registered.inputs("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoints-s3"),
        ).Statement.slice(1);
        expect(buckets.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
            [
                ["s3:GetObject", "s3:ListBucket"],
                ["", "/*"].map(
                    (suffix) => `arn:aws:s3:::meridian-media-eu-west-1-111122223333${suffix}`,
                ),
            ],
            ["s3:PutObject", "arn:aws:s3:::meridian-orders-eu-west-1-111122223333/*"],
        ]);
        expect(statement("endpoints-logs")?.["Condition"]).to.deep.equal({
            StringEquals: { "aws:PrincipalAccount": accountId },
        });
    });

    it("lets tasks be asked by the load balancer and ask endpoints and the cache, and nothing else", async () => {
        const registered = await register();
        const rules = (direction: string): readonly unknown[] =>
            registered
                .of(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`)
                .map(({ inputs }) => [
                    inputs["securityGroupId"],
                    inputs["referencedSecurityGroupId"] ?? inputs["prefixListId"],
                    inputs["fromPort"],
                    inputs["toPort"],
                ]);
        expect(rules("Ingress")).to.deep.equal([
            ["sg-cache", "access-id", 6379, 6379],
            ["endpoints-id", "access-id", 443, 443],
            ["access-id", "sg-load-balancer", 8080, 8080],
        ]);
        expect(rules("Egress")).to.deep.equal([
            ["access-id", "sg-cache", 6379, 6379],
            ["access-id", "pl-endpoints-dynamodb", 443, 443],
            ["access-id", "endpoints-id", 443, 443],
            ["sg-load-balancer", "access-id", 8080, 8080],
            ["access-id", "pl-endpoints-s3", 443, 443],
        ]);
    });
});
