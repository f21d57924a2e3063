import path from "node:path";

import { expect } from "chai";

import { policies } from "../../../policies/resilience/policies";
import { openPreviews, type Previews } from "./support/previews";

const careless = path.join(
    __dirname,
    "..",
    "..",
    "policies",
    "violations",
    "mended",
    "careless.ts",
);

/** What each rule that can mend makes of the program, by rule. */
const mended: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>
> = {
    "access-load-balancer-headers": {
        "aws:lb/loadBalancer:LoadBalancer web": { dropInvalidHeaderFields: true },
    },
    "encryption-key-rotation": { "aws:kms/key:Key data": { enableKeyRotation: true } },
    "logging-retention": { "aws:cloudwatch/logGroup:LogGroup web": { retentionInDays: 90 } },
    "recovery-database-deletion-protection": {
        "aws:rds/globalCluster:GlobalCluster shop": { deletionProtection: true },
    },
    "recovery-load-balancer-deletion-protection": {
        "aws:lb/loadBalancer:LoadBalancer web": { enableDeletionProtection: true },
    },
    "recovery-table-deletion-protection": {
        "aws:dynamodb/table:Table wishes": { deletionProtectionEnabled: true },
    },
};

const rules = Object.keys(mended);

describe("rules that mend, on the real engine", () => {
    let previews: Previews;

    before(async () => {
        previews = await openPreviews([careless]);
    });
    after(() => previews.close());

    it("are these", () => {
        const able = policies.filter((policy) => "remediateResource" in policy);
        expect(able.map(({ name }) => name).sort()).to.deep.equal(rules);
    });

    it("only tell, by themselves", async () => {
        const { caught, inputs, errors } = await previews.judge(careless);
        expect(errors, errors.join("\n")).to.deep.equal([]);
        for (const [rule, resources] of Object.entries(mended)) {
            for (const [resource, wanted] of Object.entries(resources)) {
                expect(caught).to.include(`${rule}: ${resource.split(" ")[1]}`);
                expect(inputs[resource], resource).to.not.deep.include(wanted);
            }
        }
    });

    it("put right what they can, where they are set to", async () => {
        const settings = Object.fromEntries(
            rules.map((rule) => [
                rule,
                {
                    enforcementLevel: "remediate",
                    ...(rule === "logging-retention" ? { minimumDays: 61 } : {}),
                },
            ]),
        );
        const { caught, inputs, errors } = await previews.judge(careless, settings);
        expect(errors, errors.join("\n")).to.deep.equal([]);
        expect(caught.filter((label) => rules.includes(label.split(":")[0] as string))).to.be.empty;
        for (const resources of Object.values(mended)) {
            for (const [resource, wanted] of Object.entries(resources)) {
                expect(inputs[resource], resource).to.deep.include(wanted);
            }
        }
    });
});
