import { expect } from "chai";

import { loadBalancerDesync } from "../../../policies/resilience/rules/access/loadBalancerDesync";
import { loadBalancerFirewall } from "../../../policies/resilience/rules/access/loadBalancerFirewall";
import { loadBalancerHeaders } from "../../../policies/resilience/rules/access/loadBalancerHeaders";
import { targetGroupCheck } from "../../../policies/resilience/rules/health/targetGroupCheck";
import { loadBalancerLogs } from "../../../policies/resilience/rules/logging/loadBalancerLogs";
import { loadBalancerProtection } from "../../../policies/resilience/rules/recovery/loadBalancerProtection";
import { loadBalancerZones } from "../../../policies/resilience/rules/recovery/loadBalancerZones";
import { judgeSound, judgeStack, unknown } from "../support/judge";

const type = "aws:lb/loadBalancer:LoadBalancer";
const sound = {
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    enableDeletionProtection: true,
    accessLogs: { enabled: true, bucket: "logs" },
    subnets: ["a", "b"],
};

describe("load balancers", () => {
    it("drop headers that are none", () => {
        const judge = judgeSound(loadBalancerHeaders, type, sound);
        expect(judge({ dropInvalidHeaderFields: undefined })[0]).to.match(
            /is nothing; set it to true/,
        );
        expect(judge({ dropInvalidHeaderFields: false })).to.have.length(1);
        // Only HTTP has headers.
        const network = { loadBalancerType: "network", dropInvalidHeaderFields: undefined };
        expect(judge(network)).to.deep.equal([]);
        expect(judge({ ...network, loadBalancerType: unknown })).to.have.length(1);
    });

    it("read ambiguous requests defensively, which is AWS's own way", () => {
        const judge = judgeSound(loadBalancerDesync, type, sound);
        expect(judge({ desyncMitigationMode: undefined })).to.deep.equal([]);
        expect(judge({ desyncMitigationMode: "strictest" })).to.deep.equal([]);
        expect(judge({ desyncMitigationMode: "monitor" })[0]).to.match(/"monitor"/);
    });

    it("log who asks", () => {
        const judge = judgeSound(loadBalancerLogs, type, sound);
        expect(judge({ accessLogs: undefined })).to.have.length(1);
        expect(judge({ accessLogs: { bucket: "logs", enabled: false } })[0]).to.match(/is false/);
        expect(judge({ accessLogs: { bucket: "logs", enabled: unknown } })).to.deep.equal([]);
    });

    it("are protected from deletion, whatever their kind", () => {
        const judge = judgeSound(loadBalancerProtection, type, sound);
        expect(judge({ enableDeletionProtection: undefined })).to.have.length(1);
        expect(
            judge({ enableDeletionProtection: false, loadBalancerType: "network" }),
        ).to.have.length(1);
    });

    it("stand in two zones or more", () => {
        const judge = judgeSound(loadBalancerZones, type, sound);
        expect(judge({ subnets: ["a"] })[0]).to.match(/1 subnets.*at least 2/);
        expect(judge({ subnets: undefined })).to.have.length(1);
        expect(judge({ subnets: [unknown, unknown] })).to.deep.equal([]);
        expect(judge({ subnets: undefined, subnetMappings: [{}, {}] })).to.deep.equal([]);
        expect(judge({}, { minimumZones: 3 })).to.have.length(1);
    });

    describe("that face the internet", () => {
        const judge = (balancer: Record<string, unknown>, association?: Record<string, unknown>) =>
            judgeStack(loadBalancerFirewall, [
                { type, name: "entrance", props: { arn: "arn:entrance", ...balancer } },
                ...(association === undefined
                    ? []
                    : [
                          {
                              type: "aws:wafv2/webAclAssociation:WebAclAssociation",
                              name: "firewall",
                              props: association,
                              from: { resourceArn: ["entrance"] },
                          },
                      ]),
            ]);

        it("have a web ACL", () => {
            expect(judge({}, { resourceArn: "arn:entrance" })).to.deep.equal([]);
            expect(judge({})[0]).to.match(/^entrance:.*no web ACL/);
            expect(judge({}, { resourceArn: "arn:another" })).to.have.length(1);
        });

        it("have it as soon as it is known to be theirs", () => {
            expect(judge({ arn: unknown }, { resourceArn: unknown })).to.deep.equal([]);
            expect(judge({ arn: unknown })).to.have.length(1);
        });

        it("are those of HTTP, and no internal ones", () => {
            expect(judge({ internal: true })).to.deep.equal([]);
            expect(judge({ loadBalancerType: "network" })).to.deep.equal([]);
            expect(judge({ internal: unknown })).to.have.length(1);
        });
    });
});

describe("target groups", () => {
    const judge = judgeSound(targetGroupCheck, "aws:lb/targetGroup:TargetGroup", {
        healthCheck: { enabled: true, interval: 10, unhealthyThreshold: 3 },
    });

    it("check their targets, and AWS's own way will do", () => {
        expect(judge({ healthCheck: undefined })).to.deep.equal([]);
        expect(judge({ healthCheck: { enabled: false } })[0]).to.match(/is false; set it to true/);
    });

    it("notice a dead one in time", () => {
        expect(judge({ healthCheck: { interval: 30, unhealthyThreshold: 3 } })[0]).to.match(
            /after 3 checks, 30 s apart/,
        );
        expect(judge({ healthCheck: { interval: 60, unhealthyThreshold: unknown } })).to.deep.equal(
            [],
        );
        expect(judge({}, { maximumDetectionSeconds: 20 })).to.have.length(1);
    });
});
