import { expect } from "chai";

import { acceleratorFlowLogs } from "../../../policies/resilience/rules/logging/acceleratorFlowLogs";
import { flowLogs } from "../../../policies/resilience/rules/logging/flowLogs";
import { logRetention } from "../../../policies/resilience/rules/logging/logRetention";
import { zoneQueries } from "../../../policies/resilience/rules/logging/zoneQueries";
import { zoneSigned } from "../../../policies/resilience/rules/routing/zoneSigned";
import { type Given, judgeResource, judgeSound, judgeStack, unknown } from "../support/judge";

describe("logging rules", () => {
    describe("accelerators", () => {
        const judge = (props: Record<string, unknown>, kind = "accelerator:Accelerator") =>
            judgeResource(acceleratorFlowLogs, {
                type: `aws:globalaccelerator/${kind}`,
                props,
            });
        const logged = { attributes: { flowLogsEnabled: true, flowLogsS3Bucket: "logs" } };

        it("accepts one that logs its flows, and one that is yet to say", () => {
            expect(judge(logged)).to.deep.equal([]);
            expect(judge({ attributes: unknown })).to.deep.equal([]);
            expect(judge({ attributes: { flowLogsEnabled: unknown } })).to.deep.equal([]);
        });

        it("refuses one that does not, of either kind", () => {
            expect(judge({})).to.have.length(1);
            expect(judge({ attributes: { flowLogsEnabled: false } })[0]).to.match(/is false/);
            expect(judge({}, "customRoutingAccelerator:CustomRoutingAccelerator")).to.have.length(
                1,
            );
        });

        it("has no say in anything else", () => {
            expect(judge({}, "listener:Listener")).to.deep.equal([]);
        });
    });

    it("log groups keep what they are sent, for a time that is stated", () => {
        const judge = judgeSound(logRetention, "aws:cloudwatch/logGroup:LogGroup", {
            retentionInDays: 30,
        });
        expect(judge({ retentionInDays: undefined })[0]).to.match(/for ever/);
        expect(judge({ retentionInDays: 0 })).to.have.length(1);
        expect(judge({ retentionInDays: 14 })[0]).to.match(/at least 30/);
        expect(judge({}, { minimumDays: 365 })).to.have.length(1);
    });

    describe("networks", () => {
        const vpc = (id: unknown): Given => ({
            type: "aws:ec2/vpc:Vpc",
            name: "network",
            props: { id, cidrBlock: "10.0.0.0/16" },
        });
        const log = (props: Record<string, unknown>): Given => ({
            type: "aws:ec2/flowLog:FlowLog",
            name: "flows",
            props: { vpcId: "vpc-1", trafficType: "ALL", ...props },
            from: { vpcId: ["network"] },
        });
        const judge = (...given: Given[]) => judgeStack(flowLogs, given);

        it("log their flows, or those that were refused", () => {
            expect(judge(vpc("vpc-1"), log({}))).to.deep.equal([]);
            expect(judge(vpc("vpc-1"), log({ trafficType: "REJECT" }))).to.deep.equal([]);
            expect(judge(vpc("vpc-1"), log({ trafficType: unknown }))).to.deep.equal([]);
            expect(judge(vpc(unknown), log({ vpcId: unknown }))).to.deep.equal([]);
            expect(judge(vpc("vpc-1"))[0]).to.match(/^network:.*logs no flows/);
            expect(judge(vpc("vpc-1"), log({ trafficType: "ACCEPT" }))[0]).to.match(
                /"ACCEPT" only/,
            );
            expect(judge(vpc("vpc-1"), log({ vpcId: "vpc-2" }))).to.have.length(1);
        });
    });

    describe("zones", () => {
        const zone = (props: Record<string, unknown> = {}): Given => ({
            type: "aws:route53/zone:Zone",
            name: "zone",
            props: { name: "example.com", zoneId: "Z1", ...props },
        });
        const part = (type: string, property: string, id: unknown): Given => ({
            type,
            name: "part",
            props: { [property]: id },
            from: { [property]: ["zone"] },
        });

        for (const [policy, type, property] of [
            [zoneQueries, "aws:route53/queryLog:QueryLog", "zoneId"],
            [zoneSigned, "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "hostedZoneId"],
        ] as const) {
            it(`that a stack makes are under ${policy.name}`, () => {
                const judge = (...given: Given[]) => judgeStack(policy, given);
                expect(judge(zone(), part(type, property, "Z1"))).to.deep.equal([]);
                expect(
                    judge(zone({ zoneId: unknown }), part(type, property, unknown)),
                ).to.deep.equal([]);
                expect(judge(zone())[0]).to.match(/^zone:.*"example.com"/);
                expect(judge(zone(), part(type, property, "Z2"))).to.have.length(1);
                expect(judge(zone({ vpcs: [] }))).to.have.length(1);
                expect(judge(zone({ vpcs: [{ vpcId: "vpc-1" }] }))).to.deep.equal([]);
            });
        }
    });
});
