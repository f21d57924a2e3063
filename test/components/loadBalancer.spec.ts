import { expect } from "chai";

import { LoadBalancer } from "../../components/loadBalancer";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const balancerType = "aws:lb/loadBalancer:LoadBalancer";

async function register(
    deletionProtection = true,
): Promise<{ registered: Registrations; balancer: LoadBalancer }> {
    const registered = await setMocks();
    const balancer = new LoadBalancer("lb", {
        region: "eu-west-1",
        accountId,
        vpcId: "vpc-1",
        subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
        certificateArn: "arn:aws:acm:eu-west-1:111122223333:certificate/1",
        containerPort: 8080,
        healthPath: "/health",
        logRetentionDays: 90,
        requestsPerFiveMinutes: 2000,
        logKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1",
        deletionProtection,
    });
    await settled();
    return { registered, balancer };
}

describe("a region's load balancer", () => {
    it("is public over both address families, drops invalid headers and logs", async () => {
        const { registered } = await register();
        expect(registered.inputs(balancerType, "lb")).to.deep.equal({
            loadBalancerType: "application",
            internal: false,
            ipAddressType: "dualstack",
            subnets: ["subnet-a", "subnet-b", "subnet-c"],
            securityGroups: ["lb-id"],
            enableDeletionProtection: true,
            dropInvalidHeaderFields: true,
            desyncMitigationMode: "defensive",
            clientKeepAlive: 60,
            idleTimeout: 60,
            accessLogs: {
                enabled: true,
                bucket: `meridian-access-logs-eu-west-1-${accountId}`,
            },
        });
    });

    it("serves TLS 1.2 or newer, and redirects what comes without", async () => {
        const { registered } = await register();
        expect(registered.inputs("aws:lb/listener:Listener", "lb-https")).to.deep.include({
            port: 443,
            protocol: "HTTPS",
            sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
            certificateArn: "arn:aws:acm:eu-west-1:111122223333:certificate/1",
        });
        expect(registered.inputs("aws:lb/listener:Listener", "lb-http")).to.deep.include({
            port: 80,
            protocol: "HTTP",
            defaultActions: [
                {
                    type: "redirect",
                    redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
                },
            ],
        });
    });

    it("checks its targets on the shallow path", async () => {
        const { registered } = await register();
        const group = registered.inputs("aws:lb/targetGroup:TargetGroup", "lb");
        expect(group).to.include({ targetType: "ip", protocol: "HTTP", port: 8080 });
        expect(group["healthCheck"]).to.include({ path: "/health", matcher: "200", interval: 10 });
    });

    it("lets anybody ask on 80 and 443, and nobody on another port", async () => {
        const { registered } = await register();
        expect(
            registered
                .of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
                .map(({ inputs }) => [
                    inputs["cidrIpv4"] ?? inputs["cidrIpv6"],
                    inputs["fromPort"],
                    inputs["toPort"],
                ]),
        ).to.deep.equal([
            ["0.0.0.0/0", 80, 80],
            ["::/0", 80, 80],
            ["0.0.0.0/0", 443, 443],
            ["::/0", 443, 443],
        ]);
    });

    it("lets the log delivery of this account's balancers write its logs, and nobody else", async () => {
        const { registered } = await register();
        const policy = registered.inputs("aws:s3/bucketPolicy:BucketPolicy", "lb-logs")[
            "policy"
        ] as string;
        const bucket = `arn:aws:s3:::meridian-access-logs-eu-west-1-${accountId}`;
        const allows = (account: string, resource: string): boolean =>
            policyAllows(policy, {
                principal: { service: "logdelivery.elasticloadbalancing.amazonaws.com" },
                action: "s3:PutObject",
                resource,
                context: {
                    "aws:SourceAccount": account,
                    "aws:SourceArn": `arn:aws:elasticloadbalancing:eu-west-1:${account}:loadbalancer/app/x/1`,
                },
            });
        expect(allows(accountId, `${bucket}/AWSLogs/${accountId}/x`)).to.be.true;
        expect(allows("999988887777", `${bucket}/AWSLogs/${accountId}/x`)).to.be.false;
        expect(allows(accountId, `${bucket}/elsewhere`)).to.be.false;
    });

    it("stands behind a web ACL, whose blocked requests are logged with the region's key", async () => {
        const { registered } = await register();
        expect(registered.inputs("aws:wafv2/webAcl:WebAcl", "lb-firewall")).to.include({
            scope: "REGIONAL",
            region: "eu-west-1",
            name: "meridian-eu-west-1",
        });
        expect(
            registered.one("aws:wafv2/webAclAssociation:WebAclAssociation", "lb-firewall").inputs[
                "resourceArn"
            ],
        ).to.equal(`arn:aws:lb:eu-west-1:${accountId}:lb`);
        expect(
            registered.inputs("aws:cloudwatch/logGroup:LogGroup", "lb-firewall-logs"),
        ).to.deep.include({
            name: "aws-waf-logs-meridian-eu-west-1",
            kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1",
        });
    });

    it("is protected by AWS and by Pulumi until it is told not to be", async () => {
        const kept = (await register()).registered.one(balancerType, "lb");
        expect([kept.inputs["enableDeletionProtection"], kept.options.protect]).to.deep.equal([
            true,
            true,
        ]);
        const { registered } = await register(false);
        const freed = registered.one(balancerType, "lb");
        expect([freed.inputs["enableDeletionProtection"], freed.options.protect]).to.deep.equal([
            false,
            false,
        ]);
        expect(registered.inputs("aws:s3/bucket:Bucket", "lb-logs")["forceDestroy"]).to.be.true;
    });

    it("hands on what its readers go by", async () => {
        const { balancer } = await register();
        expect(await valueOf(balancer.arnSuffix)).to.equal("app/lb/0123456789abcdef");
        expect(await valueOf(balancer.targetGroupArnSuffix)).to.equal(
            "targetgroup/lb/0123456789abcdef",
        );
        expect(await valueOf(balancer.dnsName)).to.equal("lb-123.eu-west-1.elb.amazonaws.com");
    });
});
