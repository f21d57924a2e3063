import { expect } from "chai";

import { acceleratorFlowLogs } from "../../../policies/resilience/rules/logging/acceleratorFlowLogs";
import { judgeResource, unknown } from "../support/judge";

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
});
