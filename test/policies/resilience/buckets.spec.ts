import { expect } from "chai";

import { bucketPublicAccess } from "../../../policies/resilience/rules/access/bucketPublicAccess";
import { bucketTls } from "../../../policies/resilience/rules/encryption/bucketTls";
import { bucketReplication } from "../../../policies/resilience/rules/recovery/bucketReplication";
import { bucketVersioning } from "../../../policies/resilience/rules/recovery/bucketVersioning";
import { type Given, judgeStack, unknown } from "../support/judge";

const bucket = (props: Record<string, unknown> = {}): Given => ({
    type: "aws:s3/bucket:Bucket",
    name: "bucket",
    props: { bucket: "goods", ...props },
});
const part = (kind: string, props: Record<string, unknown>): Given => ({
    type: `aws:s3/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`,
    name: "part",
    props: { bucket: "goods", ...props },
    from: { bucket: ["bucket"] },
});

describe("buckets", () => {
    describe("with versions", () => {
        const versioning = (status: unknown, more = {}) =>
            part("BucketVersioning", { versioningConfiguration: { status }, ...more });

        it("keep what is overwritten", () => {
            expect(judgeStack(bucketVersioning, [bucket(), versioning("Enabled")])).to.deep.equal(
                [],
            );
            expect(judgeStack(bucketVersioning, [bucket()])[0]).to.match(/^bucket:.*"goods"/);
            expect(
                judgeStack(bucketVersioning, [bucket(), versioning("Suspended")]),
            ).to.have.length(1);
        });

        it("may not know yet whether, or whose", () => {
            expect(judgeStack(bucketVersioning, [bucket(), versioning(unknown)])).to.deep.equal([]);
            const nameless = { bucket: unknown };
            expect(
                judgeStack(bucketVersioning, [bucket(nameless), versioning("Enabled", nameless)]),
            ).to.deep.equal([]);
        });

        it("are not helped by those of another bucket", () => {
            expect(
                judgeStack(bucketVersioning, [
                    bucket(),
                    versioning("Enabled", { bucket: "other" }),
                ]),
            ).to.have.length(1);
        });

        it("may say it in the older ways", () => {
            const inline = (enabled: boolean) => [bucket({ versioning: { enabled } })];
            expect(judgeStack(bucketVersioning, inline(true))).to.deep.equal([]);
            expect(judgeStack(bucketVersioning, inline(false))).to.have.length(1);
            const older: Given = { ...bucket(), type: "aws:s3/bucketV2:BucketV2" };
            expect(judgeStack(bucketVersioning, [older])).to.have.length(1);
        });
    });

    describe("with replicas", () => {
        const rules = (...statuses: unknown[]) =>
            part("BucketReplicationConfig", { rules: statuses.map((status) => ({ status })) });

        it("have an enabled rule", () => {
            expect(judgeStack(bucketReplication, [bucket(), rules("Enabled")])).to.deep.equal([]);
            expect(judgeStack(bucketReplication, [bucket(), rules(unknown)])).to.deep.equal([]);
            expect(
                judgeStack(bucketReplication, [
                    bucket(),
                    part("BucketReplicationConfig", { rules: unknown }),
                ]),
            ).to.deep.equal([]);
            expect(judgeStack(bucketReplication, [bucket(), rules("Disabled")])).to.have.length(1);
            expect(judgeStack(bucketReplication, [bucket()])[0]).to.match(/lost with its region/);
        });

        it("may have it in the bucket's own block", () => {
            const inline = bucket({ replicationConfiguration: { rules: [{}] } });
            expect(judgeStack(bucketReplication, [inline])).to.deep.equal([]);
        });

        it("are exempt by whole name only", () => {
            const judge = (name: unknown, config = {}) =>
                judgeStack(bucketReplication, [bucket({ bucket: name })], config);
            expect(judge("meridian-votes-eu-west-1-111122223333")).to.deep.equal([]);
            expect(judge("meridian-votes-eu-west-1-111122223333-2")).to.have.length(1);
            expect(judge(unknown)).to.have.length(1);
            const exemptBuckets = [
                { name: "goods", reason: "made anew from elsewhere", until: "9999-12-31" },
            ];
            expect(judge("goods", { exemptBuckets })).to.deep.equal([]);
        });
    });

    describe("in transit", () => {
        const refusal = {
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: ["arn:aws:s3:::goods", "arn:aws:s3:::goods/*"],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        };
        const judge = (...statements: object[]) =>
            judgeStack(bucketTls, [
                bucket(),
                part("BucketPolicy", { policy: JSON.stringify({ Statement: statements }) }),
            ]);

        it("refuse what comes without TLS", () => {
            expect(judge(refusal)).to.deep.equal([]);
            expect(judge({ ...refusal, Principal: { AWS: "*" } })).to.deep.equal([]);
            expect(judgeStack(bucketTls, [bucket()])[0]).to.match(/answers requests without TLS/);
            expect(judge()).to.have.length(1);
        });

        it("refuse it for everybody, everything and always", () => {
            const some = { AWS: "arn:aws:iam::111122223333:root" };
            expect(judge({ ...refusal, Effect: "Allow" })).to.have.length(1);
            expect(judge({ ...refusal, Principal: some })).to.have.length(1);
            expect(judge({ ...refusal, Action: "s3:GetObject" })).to.have.length(1);
            expect(judge({ ...refusal, Resource: "arn:aws:s3:::goods" })).to.have.length(1);
            const too = { "aws:SecureTransport": "true" };
            expect(judge({ ...refusal, Condition: { Bool: too } })).to.have.length(1);
            const narrower = { ...refusal.Condition, StringEquals: { "aws:PrincipalTag/a": "b" } };
            expect(judge({ ...refusal, Condition: narrower })).to.have.length(1);
        });

        it("wait for a policy that is not known yet, and take no text for one", () => {
            const policy = (text: unknown) => part("BucketPolicy", { policy: text });
            expect(judgeStack(bucketTls, [bucket(), policy(unknown)])).to.deep.equal([]);
            expect(judgeStack(bucketTls, [bucket(), policy("TLS, please")])).to.have.length(1);
        });
    });

    describe("to the public", () => {
        const closed = {
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        };
        const judge = (changes: Record<string, unknown>) =>
            judgeStack(bucketPublicAccess, [
                bucket(),
                part("BucketPublicAccessBlock", { ...closed, ...changes }),
            ]);

        it("are closed in all four ways", () => {
            expect(judge({})).to.deep.equal([]);
            expect(judgeStack(bucketPublicAccess, [bucket()])[0]).to.match(
                /no public access block/,
            );
            for (const name of Object.keys(closed)) {
                expect(judge({ [name]: false })[0]).to.contain(`${name} is false`);
                expect(judge({ [name]: undefined })).to.have.length(1);
                expect(judge({ [name]: unknown })).to.deep.equal([]);
            }
        });
    });
});
