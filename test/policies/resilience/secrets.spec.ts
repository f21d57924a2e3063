import { expect } from "chai";

import { secretReplicaKey } from "../../../policies/resilience/rules/encryption/secretReplicaKey";
import { secretRotation } from "../../../policies/resilience/rules/encryption/secretRotation";
import { judgeResource, judgeStack, unknown, type Given } from "../support/judge";

const type = "aws:secretsmanager/secret:Secret";

describe("secrets", () => {
    describe("in other regions", () => {
        const judge = (replicas: unknown) =>
            judgeResource(secretReplicaKey, { type, props: { replicas } });

        it("are under a key of the customer's there", () => {
            const kmsKeyId = "arn:aws:kms:us-east-1:111122223333:key/k";
            expect(judge(undefined)).to.deep.equal([]);
            expect(judge(unknown)).to.deep.equal([]);
            expect(judge([{ region: "us-east-1", kmsKeyId }])).to.deep.equal([]);
            expect(judge([{ region: "us-east-1", kmsKeyId: unknown }])).to.deep.equal([]);
        });

        it("are under no key of AWS's own", () => {
            expect(judge([{ region: "us-east-1" }])[0]).to.match(
                /"us-east-1" has the kmsKeyId nothing/,
            );
            expect(
                judge([{ region: "us-east-1", kmsKeyId: "alias/aws/secretsmanager" }]),
            ).to.have.length(1);
        });
    });

    describe("over time", () => {
        const secret: Given = { type, name: "keys", props: { arn: "arn:keys" } };
        const rotation = (props: Record<string, unknown>, from = true): Given => ({
            type: "aws:secretsmanager/secretRotation:SecretRotation",
            name: "rotation",
            props: {
                secretId: unknown,
                rotationRules: { automaticallyAfterDays: 30 },
                ...props,
            },
            ...(from ? { from: { secretId: ["keys"] } } : {}),
        });
        const judge = (...rest: readonly Given[]) => judgeStack(secretRotation, [secret, ...rest]);

        it("are rotated, by whatever says so", () => {
            expect(judge(rotation({}))).to.deep.equal([]);
            expect(judge(rotation({ secretId: "arn:keys" }, false))).to.deep.equal([]);
            for (const rotationRules of [
                unknown,
                { automaticallyAfterDays: 90 },
                { scheduleExpression: "rate(90 days)" },
                { scheduleExpression: "rate(4 hours)" },
                { scheduleExpression: "cron(0 8 1 * ? *)" },
            ]) {
                expect(judge(rotation({ rotationRules }))).to.deep.equal([]);
            }
        });

        it("are not left as they are", () => {
            expect(judge()).to.deep.equal([
                "keys: nothing rotates the secret; add a SecretRotation whose secretId is its id",
            ]);
            expect(judge(rotation({ secretId: "arn:other" }, false))).to.have.length(1);
            expect(judge(rotation({ rotationEnabled: false }))).to.have.length(1);
        });

        it("are not rotated too rarely", () => {
            expect(judge(rotation({ rotationRules: { automaticallyAfterDays: 91 } }))[0]).to.match(
                /^rotation: .*every 91 days/,
            );
            expect(
                judge(rotation({ rotationRules: { scheduleExpression: "rate(100 days)" } })),
            ).to.have.length(1);
        });

        it("are none of the rule's business where there are none", () => {
            expect(judgeStack(secretRotation, [])).to.deep.equal([]);
        });
    });
});
