import { expect } from "chai";

import { distributionFirewall } from "../../../policies/resilience/rules/access/distributionFirewall";
import { distributionLogs } from "../../../policies/resilience/rules/logging/distributionLogs";
import { firewallLogs } from "../../../policies/resilience/rules/logging/firewallLogs";
import { distributionFailover } from "../../../policies/resilience/rules/recovery/distributionFailover";
import { type Given, judgeSound, judgeStack, unknown } from "../support/judge";

const type = "aws:cloudfront/distribution:Distribution";

describe("distributions", () => {
    it("have a web ACL", () => {
        const judge = judgeSound(distributionFirewall, type, { webAclId: "arn:acl" });
        expect(judge({ webAclId: undefined })[0]).to.match(/name a web ACL/);
        expect(judge({ webAclId: "" })).to.have.length(1);
    });

    it("ask a second origin, in every behavior", () => {
        const members = [{ originId: "a" }, { originId: "b" }];
        const judge = judgeSound(distributionFailover, type, {
            originGroups: [{ originId: "both", members }],
            defaultCacheBehavior: { targetOriginId: "both" },
        });
        expect(judge({ originGroups: undefined })[0]).to.match(/asks "both" alone/);
        expect(judge({ defaultCacheBehavior: { targetOriginId: "a" } })).to.have.length(1);
        expect(judge({ orderedCacheBehaviors: [{ targetOriginId: "a" }] })).to.have.length(1);
        const one = [{ originId: "both", members: members.slice(1) }];
        expect(judge({ originGroups: one })).to.have.length(1);
        const later = [{ originId: "both", members: unknown }];
        expect(judge({ originGroups: later })).to.deep.equal([]);
    });

    describe("that log", () => {
        const distribution = (props: Record<string, unknown> = {}): Given => ({
            type,
            name: "edge",
            props: { arn: "arn:edge", ...props },
        });
        const source = (props: Record<string, unknown> = {}): Given => ({
            type: "aws:cloudwatch/logDeliverySource:LogDeliverySource",
            name: "source",
            props: { name: "edge-logs", resourceArn: "arn:edge", ...props },
            from: { resourceArn: ["edge"] },
        });
        const delivery = (props: Record<string, unknown> = {}): Given => ({
            type: "aws:cloudwatch/logDelivery:LogDelivery",
            name: "delivery",
            props: { deliverySourceName: "edge-logs", ...props },
            from: { deliverySourceName: ["source"] },
        });
        const judge = (...given: Given[]) => judgeStack(distributionLogs, given);

        it("deliver to the end", () => {
            expect(judge(distribution(), source(), delivery())).to.deep.equal([]);
            expect(judge(distribution())[0]).to.match(/^edge:.*logged nowhere/);
            expect(judge(distribution(), source())).to.have.length(1);
            const another = source({ resourceArn: "arn:other" });
            expect(judge(distribution(), another, delivery())).to.have.length(1);
        });

        it("deliver what is yet to be made", () => {
            expect(
                judge(
                    distribution({ arn: unknown }),
                    source({ resourceArn: unknown, name: unknown }),
                    delivery({ deliverySourceName: unknown }),
                ),
            ).to.deep.equal([]);
        });

        it("may do it the older way", () => {
            const loggingConfig = { bucket: "logs.s3.amazonaws.com" };
            expect(judge(distribution({ loggingConfig }))).to.deep.equal([]);
            expect(judge(distribution({ loggingConfig: unknown }))).to.deep.equal([]);
        });
    });
});

describe("web ACLs", () => {
    const acl = (arn: unknown): Given => ({
        type: "aws:wafv2/webAcl:WebAcl",
        name: "acl",
        props: { name: "shop", arn },
    });
    const logging = (resourceArn: unknown): Given => ({
        type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        name: "logging",
        props: { resourceArn },
        from: { resourceArn: ["acl"] },
    });

    it("log what they block", () => {
        expect(judgeStack(firewallLogs, [acl("arn:acl"), logging("arn:acl")])).to.deep.equal([]);
        expect(judgeStack(firewallLogs, [acl(unknown), logging(unknown)])).to.deep.equal([]);
        expect(judgeStack(firewallLogs, [acl("arn:acl")])[0]).to.match(/"shop" logs nothing/);
        expect(judgeStack(firewallLogs, [acl("arn:acl"), logging("arn:other")])).to.have.length(1);
    });
});
