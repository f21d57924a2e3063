import {
    type ResourceValidationArgs,
    type ResourceValidationPolicy,
    unknownCheckingProxy,
} from "@pulumi/policy";
import { expect } from "chai";

import { policies } from "../../../policies/resilience/policies";
import { judgeResource, unknown } from "../support/judge";

type Props = Record<string, unknown>;

const mending = new Map(
    (policies as readonly ResourceValidationPolicy[])
        .filter(({ remediateResource }) => remediateResource !== undefined)
        .map((policy) => [policy.name, policy]),
);

function mend(rule: string, type: string, props: Props): Props | undefined {
    const policy = mending.get(rule) as ResourceValidationPolicy;
    const defaults = Object.entries(policy.configSchema?.properties ?? {});
    const held = { ...props };
    const result = policy.remediateResource?.({
        type,
        props: unknownCheckingProxy(held) as Props,
        getConfig: () => Object.fromEntries(defaults.map(([name, each]) => [name, each.default])),
    } as unknown as ResourceValidationArgs) as Props | undefined;
    return result === undefined ? undefined : held;
}

/** By rule: a type it is for, and what it makes of a resource that says nothing. */
const cases: Readonly<Record<string, readonly [string, Props]>> = {
    "access-load-balancer-headers": [
        "aws:lb/loadBalancer:LoadBalancer",
        { dropInvalidHeaderFields: true },
    ],
    "encryption-key-rotation": ["aws:kms/key:Key", { enableKeyRotation: true }],
    "logging-retention": ["aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 }],
    "recovery-database-deletion-protection": [
        "aws:rds/cluster:Cluster",
        { deletionProtection: true },
    ],
    "recovery-load-balancer-deletion-protection": [
        "aws:lb/loadBalancer:LoadBalancer",
        { enableDeletionProtection: true },
    ],
    "recovery-table-deletion-protection": [
        "aws:dynamodb/table:Table",
        { deletionProtectionEnabled: true },
    ],
};

describe("remediation", () => {
    it("is for what is mechanical, and there is a case here for each", () => {
        expect([...mending.keys()].sort()).to.deep.equal(Object.keys(cases).sort());
    });

    for (const [rule, [type, wanted]] of Object.entries(cases)) {
        it(`of ${rule} makes what the rule accepts, and leaves the rest`, () => {
            const policy = mending.get(rule) as ResourceValidationPolicy;
            const given = { name: "it", tags: unknown };
            expect(judgeResource(policy, { type, props: given })).to.have.length(1);
            const mended = mend(rule, type, given);
            expect(mended).to.deep.equal({ ...given, ...wanted });
            expect(judgeResource(policy, { type, props: mended as Props })).to.deep.equal([]);
        });

        it(`of ${rule} leaves what is right, what is not known and what is another's`, () => {
            expect(mend(rule, type, { ...wanted })).to.equal(undefined);
            const [name = ""] = Object.keys(wanted);
            expect(mend(rule, type, { [name]: unknown })).to.equal(undefined);
            expect(mend(rule, "aws:xray/group:Group", {})).to.equal(undefined);
        });
    }

    it("keeps a longer retention, and takes the next one that AWS offers", () => {
        const group = "aws:cloudwatch/logGroup:LogGroup";
        expect(mend("logging-retention", group, { retentionInDays: 365 })).to.equal(undefined);
        expect(mend("logging-retention", group, { retentionInDays: 7 })).to.deep.equal({
            retentionInDays: 30,
        });
    });

    it("rotates no key that cannot be rotated, and drops no headers of a network load balancer", () => {
        const key = { customerMasterKeySpec: "RSA_2048" };
        expect(mend("encryption-key-rotation", "aws:kms/key:Key", key)).to.equal(undefined);
        const network = { loadBalancerType: "network" };
        expect(
            mend("access-load-balancer-headers", "aws:lb/loadBalancer:LoadBalancer", network),
        ).to.equal(undefined);
    });
});
