import { expect } from "chai";

import { bucketKey } from "../../../policies/resilience/rules/encryption/bucketKey";
import { distributionTls } from "../../../policies/resilience/rules/encryption/distributionTls";
import { keyPolicy } from "../../../policies/resilience/rules/encryption/keyPolicy";
import { keyRotation } from "../../../policies/resilience/rules/encryption/keyRotation";
import { loadBalancerTls } from "../../../policies/resilience/rules/encryption/loadBalancerTls";
import { logGroupKey } from "../../../policies/resilience/rules/encryption/logGroupKey";
import { messagingKey } from "../../../policies/resilience/rules/encryption/messagingKey";
import { objectKey } from "../../../policies/resilience/rules/encryption/objectKey";
import { tableKey } from "../../../policies/resilience/rules/encryption/tableKey";
import { judgeResource, judgeStack, unknown } from "../support/judge";

const key = "arn:aws:kms:eu-west-1:111122223333:key/1234";

describe("encryption rules", () => {
    describe("tables", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(tableKey, { type: "aws:dynamodb/table:Table", props });
        const sound = {
            serverSideEncryption: { enabled: true, kmsKeyArn: key },
            replicas: [{ regionName: "us-east-1", kmsKeyArn: key }],
        };

        it("accepts a table and replicas with keys", () => {
            expect(judge(sound)).to.deep.equal([]);
        });

        it("accepts keys that are yet to be made", () => {
            expect(
                judge({
                    serverSideEncryption: { enabled: true, kmsKeyArn: unknown },
                    replicas: [{ regionName: "us-east-1", kmsKeyArn: unknown }],
                }),
            ).to.deep.equal([]);
            expect(judge({ serverSideEncryption: unknown, replicas: unknown })).to.deep.equal([]);
        });

        it("refuses a table without encryption settings: the block being absent is no excuse", () => {
            expect(judge({})).to.have.length(1);
            expect(judge({ serverSideEncryption: { enabled: false } })[0]).to.match(/false/);
        });

        it("refuses the key that AWS manages", () => {
            expect(judge({ serverSideEncryption: { enabled: true } })[0]).to.match(/aws\/dynamodb/);
        });

        it("refuses the alias of AWS's own key, which looks like a key", () => {
            const own = "arn:aws:kms:eu-west-1:111122223333:alias/aws/dynamodb";
            const replicas = [{ regionName: "us-east-1", kmsKeyArn: own }];
            expect(
                judge({ serverSideEncryption: { enabled: true, kmsKeyArn: own }, replicas }),
            ).to.have.length(2);
        });

        it("judges a replica that is a resource of its own", () => {
            const replica = (kmsKeyArn: unknown) =>
                judgeResource(tableKey, {
                    type: "aws:dynamodb/tableReplica:TableReplica",
                    props: { kmsKeyArn },
                });
            expect(replica(key)).to.deep.equal([]);
            expect(replica(unknown)).to.deep.equal([]);
            expect(replica(undefined)).to.have.length(1);
        });

        it("names each replica without a key", () => {
            const violations = judge({
                ...sound,
                replicas: [...sound.replicas, { regionName: "ap-east-1" }],
            });
            expect(violations).to.have.length(1);
            expect(violations[0]).to.match(/ap-east-1/);
        });
    });

    describe("distributions", () => {
        const judge = (changes: Record<string, unknown> = {}) =>
            judgeResource(distributionTls, {
                type: "aws:cloudfront/distribution:Distribution",
                props: {
                    viewerCertificate: { minimumProtocolVersion: "TLSv1.2_2021" },
                    defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
                    origins: [origin("https-only", ["TLSv1.2"])],
                    ...changes,
                },
            });
        const origin = (originProtocolPolicy: string, originSslProtocols: string[]) => ({
            originId: "o",
            customOriginConfig: { originProtocolPolicy, originSslProtocols },
        });

        it("accepts TLS 1.2 on both sides, and what is not known yet", () => {
            expect(judge()).to.deep.equal([]);
            expect(
                judge({
                    viewerCertificate: unknown,
                    defaultCacheBehavior: unknown,
                    origins: unknown,
                }),
            ).to.deep.equal([]);
        });

        it("refuses older TLS, and CloudFront's own certificate, which allows it", () => {
            for (const viewerCertificate of [{ minimumProtocolVersion: "TLSv1.1_2016" }, {}]) {
                expect(judge({ viewerCertificate })[0]).to.match(/older than 1\.2/);
            }
        });

        it("refuses plain HTTP, in any behavior and to any origin", () => {
            const plain = { viewerProtocolPolicy: "allow-all" };
            expect(judge({ defaultCacheBehavior: plain })[0]).to.match(/serves plain HTTP/);
            expect(judge({ orderedCacheBehaviors: [plain] })[0]).to.match(/serves plain HTTP/);
            expect(judge({ origins: [origin("match-viewer", ["TLSv1.2"])] })[0]).to.match(
                /use https-only/,
            );
            expect(judge({ origins: [origin("https-only", ["TLSv1.1"])] })[0]).to.match(
                /TLSv1\.2 alone/,
            );
        });
    });

    describe("buckets", () => {
        const bucket = (name: string) => ({
            type: "aws:s3/bucket:Bucket",
            name: "bucket",
            props: { bucket: name },
        });
        const configuration = (applied: unknown, named: unknown = "data") => ({
            type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            name: "encryption",
            props: { bucket: named, rules: [{ applyServerSideEncryptionByDefault: applied }] },
        });
        const kms = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key };

        it("accepts a bucket with a key", () => {
            expect(judgeStack(bucketKey, [bucket("data"), configuration(kms)])).to.deep.equal([]);
        });

        it("finds the configuration of a bucket whose name is not known yet", () => {
            const violations = judgeStack(bucketKey, [
                { ...bucket("data"), props: { bucket: unknown } },
                { ...configuration(kms, unknown), from: { bucket: ["bucket"] } },
            ]);
            expect(violations).to.deep.equal([]);
        });

        it("refuses a bucket without configuration, with SSE-S3, and without a key of its own", () => {
            expect(judgeStack(bucketKey, [bucket("data")])).to.have.length(1);
            expect(
                judgeStack(bucketKey, [bucket("data"), configuration({ sseAlgorithm: "AES256" })]),
            ).to.have.length(1);
            expect(
                judgeStack(bucketKey, [bucket("data"), configuration({ sseAlgorithm: "aws:kms" })]),
            ).to.have.length(1);
        });

        it("accepts a key that is yet to be made", () => {
            expect(
                judgeStack(bucketKey, [
                    bucket("data"),
                    configuration({ sseAlgorithm: "aws:kms", kmsMasterKeyId: unknown }),
                ]),
            ).to.deep.equal([]);
        });

        it("refuses a configuration without a rule, and the alias of AWS's own key", () => {
            const empty = { ...configuration(kms), props: { bucket: "data", rules: [] } };
            expect(judgeStack(bucketKey, [bucket("data"), empty])[0]).to.match(/no rule/);
            const own = { sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/aws/s3" };
            expect(judgeStack(bucketKey, [bucket("data"), configuration(own)])[0]).to.match(
                /alias\/aws\/s3/,
            );
        });

        it("judges buckets of the older kind, and a bucket's own block", () => {
            const older = { ...bucket("data"), type: "aws:s3/bucketV2:BucketV2" };
            expect(judgeStack(bucketKey, [older])).to.have.length(1);
            const block = (applied: unknown) => ({
                ...bucket("data"),
                props: {
                    bucket: "data",
                    serverSideEncryptionConfiguration: {
                        rule: { applyServerSideEncryptionByDefault: applied },
                    },
                },
            });
            expect(judgeStack(bucketKey, [block(kms)])).to.deep.equal([]);
            expect(judgeStack(bucketKey, [block({ sseAlgorithm: "AES256" })])[0]).to.match(
                /AES256/,
            );
            // The provider shows AWS's default there even where a configuration of its own says otherwise.
            expect(
                judgeStack(bucketKey, [block({ sseAlgorithm: "AES256" }), configuration(kms)]),
            ).to.deep.equal([]);
        });

        it("exempts by name, in any region and account, and nothing else", () => {
            const votes = "meridian-votes-eu-west-1-111122223333";
            expect(judgeStack(bucketKey, [bucket(votes)])).to.deep.equal([]);
            expect(
                judgeStack(bucketKey, [bucket("meridian-access-logs-ap-south-1-111122223333")]),
            ).to.deep.equal([]);
            for (const name of [
                `my-${votes}`,
                `${votes}-2`,
                "meridian-votes-customers",
                "meridian-votes-eu-west-1-1",
            ]) {
                expect(judgeStack(bucketKey, [bucket(name)]), name).to.have.length(1);
            }
            const exempt = [{ name: "data", reason: "holds nothing at all", until: "9999-12-31" }];
            expect(
                judgeStack(bucketKey, [bucket("data")], { exemptBuckets: exempt }),
            ).to.deep.equal([]);
            expect(
                judgeStack(bucketKey, [bucket("data-2")], { exemptBuckets: exempt }),
            ).to.have.length(1);
        });
    });

    for (const type of ["aws:sns/topic:Topic", "aws:sqs/queue:Queue"]) {
        it(`${type} needs a customer-managed key`, () => {
            const judge = (kmsMasterKeyId: unknown) =>
                judgeResource(messagingKey, { type, props: { kmsMasterKeyId } });
            expect(judge(key)).to.deep.equal([]);
            expect(judge("alias/meridian")).to.deep.equal([]);
            expect(judge(unknown)).to.deep.equal([]);
            expect(judge(undefined)).to.have.length(1);
            expect(judge("alias/aws/sns")).to.have.length(1);
            expect(judge("arn:aws:kms:eu-west-1:111122223333:alias/aws/sqs")).to.have.length(1);
        });
    }

    it("log groups need a key", () => {
        const type = "aws:cloudwatch/logGroup:LogGroup";
        expect(judgeResource(logGroupKey, { type, props: { kmsKeyId: key } })).to.deep.equal([]);
        expect(judgeResource(logGroupKey, { type, props: { kmsKeyId: unknown } })).to.deep.equal(
            [],
        );
        expect(judgeResource(logGroupKey, { type, props: {} })).to.have.length(1);
    });

    it("symmetric keys rotate; asymmetric ones cannot", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(keyRotation, { type: "aws:kms/key:Key", props });
        expect(judge({ enableKeyRotation: true })).to.deep.equal([]);
        expect(judge({ enableKeyRotation: unknown })).to.deep.equal([]);
        expect(judge({})).to.have.length(1);
        expect(judge({ enableKeyRotation: false })).to.have.length(1);
        expect(judge({ customerMasterKeySpec: "RSA_4096" })).to.deep.equal([]);
    });

    it("key policies do not let everybody in", () => {
        const judge = (statement: Record<string, unknown>) =>
            judgeResource(keyPolicy, {
                type: "aws:kms/key:Key",
                props: { policy: JSON.stringify({ Statement: [statement] }) },
            });
        expect(
            judge({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" } }),
        ).to.deep.equal([]);
        expect(judge({ Effect: "Deny", Principal: "*" })).to.deep.equal([]);
        const condition = { StringEquals: { "kms:CallerAccount": "111122223333" } };
        expect(judge({ Effect: "Allow", Principal: "*", Condition: condition })).to.deep.equal([]);
        for (const empty of [{}, { StringEquals: {} }, null]) {
            expect(judge({ Effect: "Allow", Principal: "*", Condition: empty })).to.have.length(1);
        }
        expect(judge({ Effect: "Allow", NotPrincipal: { AWS: "x" } })).to.have.length(1);
        const open = JSON.stringify({ Statement: { Effect: "Allow", Principal: "*" } });
        expect(
            judgeResource(keyPolicy, {
                type: "aws:kms/keyPolicy:KeyPolicy",
                props: { policy: open },
            }),
        ).to.have.length(1);
        expect(judge({ Sid: "open", Effect: "Allow", Principal: "*" })[0]).to.match(/open/);
        expect(judge({ Effect: "Allow", Principal: { AWS: ["x", "*"] } })).to.have.length(1);
        expect(
            judgeResource(keyPolicy, { type: "aws:kms/key:Key", props: { policy: unknown } }),
        ).to.deep.equal([]);
    });

    it("listeners speak TLS 1.2 or only redirect", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(loadBalancerTls, { type: "aws:lb/listener:Listener", props });
        const redirect = { type: "redirect", redirect: { protocol: "HTTPS" } };
        expect(
            judge({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
        ).to.deep.equal([]);
        expect(judge({ protocol: "HTTP", defaultActions: [redirect] })).to.deep.equal([]);
        expect(judge({ protocol: "HTTP", defaultActions: [{ type: "forward" }] })).to.have.length(
            1,
        );
        expect(judge({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" })[0]).to.match(
            /2016-08/,
        );
        expect(judge({ protocol: "HTTPS" })).to.have.length(1);
        expect(judge({ protocol: "TLS" })).to.have.length(1);
        // What passes through is not the listener's to encrypt.
        expect(judge({ protocol: "TCP" })).to.deep.equal([]);
        const later = { type: "redirect", redirect: { protocol: unknown } };
        expect(judge({ protocol: "HTTP", defaultActions: [later] })).to.deep.equal([]);
        expect(
            judgeResource(loadBalancerTls, {
                type: "aws:alb/listener:Listener",
                props: { protocol: "HTTPS" },
            }),
        ).to.have.length(1);
    });

    it("objects do not fall behind their bucket", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(objectKey, { type: "aws:s3/bucketObjectv2:BucketObjectv2", props });
        expect(judge({})).to.deep.equal([]);
        expect(judge({ serverSideEncryption: "aws:kms", kmsKeyId: key })).to.deep.equal([]);
        expect(judge({ serverSideEncryption: unknown, kmsKeyId: unknown })).to.deep.equal([]);
        expect(judge({ serverSideEncryption: "AES256" })[0]).to.match(/AES256/);
        expect(judge({ serverSideEncryption: "aws:kms" })[0]).to.match(/aws\/s3/);
        expect(judge({ kmsKeyId: "alias/aws/s3" })).to.have.length(1);
    });

    it("leaves other types alone", () => {
        expect(judgeResource(tableKey, { type: "aws:s3/bucket:Bucket", props: {} })).to.deep.equal(
            [],
        );
    });
});
