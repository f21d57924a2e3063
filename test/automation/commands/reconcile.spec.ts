import { expect } from "chai";

import { reconcileText } from "../../../automation/cli/reconcile";
import { reconcileCommand, unrepaired } from "../../../automation/commands/reconcile";
import type { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import { regionNames, topology } from "../../../infra/topology";
import type {
    Difference,
    ReconcileReport,
    ReconcileRequest,
} from "../../../runtime/store/reconcile/tables";

const globalOutputs = {
    schemaVersion: 1,
    zoneId: "Z1",
    applicationName: "app",
    writeName: "write",
    directName: "direct",
    tableName: "meridian-storefront",
    writer: "us-east-1",
    shares: {},
    dials: {},
    healthChecks: { endpoint: {}, vote: {}, inService: {}, lever: {} },
};

function estateWith(outputs: object | undefined): Estate {
    return { topology, stacks: { outputs: () => Promise.resolve(outputs) } } as unknown as Estate;
}

function reportWith(...outcomes: readonly Difference["outcome"][]): ReconcileReport {
    return {
        repair: true,
        items: { "eu-west-1": 2, "us-east-1": 3 },
        ranges: { compared: 4096, different: outcomes.length },
        itemsRead: outcomes.length,
        arrived: 1,
        differences: outcomes.map((outcome, index) => ({
            key: { pk: `ORDER#${index}`, sk: "ORDER" },
            kind: "order",
            relation: "behind",
            versions: { "eu-west-1": "eu-west-1:2", "us-east-1": undefined },
            gaveWay: [],
            outcome,
        })),
    };
}

async function refusal(work: Promise<unknown>): Promise<AutomationError> {
    try {
        await work;
    } catch (error) {
        return error as AutomationError;
    }
    throw new Error("it was not refused");
}

describe("reconcile", () => {
    it("compares the deployed table in every region, and repairs nothing unless it is told to", async () => {
        const requests: ReconcileRequest[] = [];
        await reconcileCommand(estateWith(globalOutputs), {
            repair: false,
            settleSeconds: 5,
            compare: (request) => {
                requests.push(request);
                return Promise.resolve(reportWith());
            },
        });
        expect(requests).to.eql([
            {
                tableName: "meridian-storefront",
                regions: regionNames(),
                repair: false,
                settleSeconds: 5,
            },
        ]);
    });

    it("is refused without a table", async () => {
        const error = await refusal(
            reconcileCommand(estateWith(undefined), { repair: false, settleSeconds: 5 }),
        );
        expect(error).to.include({ code: "refused" });
        expect(error.message).to.match(/deploy the stack global first/);
    });

    it("says which region does not answer", async () => {
        const error = await refusal(
            reconcileCommand(estateWith(globalOutputs), {
                repair: true,
                settleSeconds: 5,
                compare: () => Promise.reject(new Error("eu-west-1 gave no answer in time")),
            }),
        );
        expect(error).to.include({ code: "failed" });
        expect(error.message).to.match(/eu-west-1 gave no answer in time; every region has to/);
    });

    it("counts as left whatever is not the same everywhere by the end", () => {
        const report = reportWith(
            { kind: "repaired" },
            { kind: "written" },
            { kind: "failed", reason: "no owner" },
            { kind: "left" },
        );
        expect(unrepaired(report).map(({ outcome }) => outcome.kind)).to.eql([
            "written",
            "failed",
            "left",
        ]);
        const text = reconcileText(report);
        expect(text).to.match(/items: eu-west-1 2, us-east-1 3\n1 were on their way/);
        expect(text).to.match(/ORDER#2 ORDER .*behind .*eu-west-1:2 .*- .*failed: no owner/);
        expect(text).to.match(/1 repaired, 3 left$/);
    });

    it("says where the values are that gave way", () => {
        const report = reportWith({ kind: "repaired" }, { kind: "failed", reason: "no owner" });
        const [repaired, failed] = report.differences as [Difference, Difference];
        const differences = [
            { ...repaired, gaveWay: ["us-east-1:1", "ap-east-1:1"] },
            { ...failed, gaveWay: ["us-east-1:1"] },
        ];
        expect(reconcileText({ ...report, differences })).to.match(
            /1 repaired, 1 left\n3 values gave way, and are on record for 90 days: CONFLICT#<partition key>$/,
        );
        expect(reconcileText(report)).not.to.match(/gave way/);
    });

    it("names the way to a repair after a dry run, and nothing when there is nothing", () => {
        expect(reconcileText({ ...reportWith({ kind: "left" }), repair: false })).to.match(
            /nothing was written; repair with: meridian reconcile --repair$/,
        );
        expect(reconcileText(reportWith())).to.match(/the copies are the same$/);
    });
});
