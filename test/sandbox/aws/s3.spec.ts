import { createHash } from "node:crypto";

import { expect } from "chai";

import {
    bucketType,
    encryptionType,
    lifecycleType,
    objectType,
    ownershipType,
    policyType,
    publicAccessBlockType,
    versioningType,
} from "../../../sandbox/aws/s3/buckets";
import { isPublicPolicy } from "../../../sandbox/aws/s3/publicPolicy";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";

function policy(statement: object, resource = "arn:aws:s3:::data/votes/*"): string {
    const base = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: resource };
    return JSON.stringify({ Version: "2012-10-17", Statement: [{ ...base, ...statement }] });
}

const fromCidrs = (...ranges: string[]) => ({
    Condition: { IpAddress: { "aws:SourceIp": ranges } },
});

describe("S3", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const bucket = (inputs: Props = {}, region?: string) =>
        account.create(bucketType, { bucket: "data", ...inputs }, region);

    describe("a bucket", () => {
        it("computes its names", async () => {
            const { id, outputs } = await bucket();
            expect(id).to.equal("data");
            expect(outputs).to.include({
                arn: "arn:aws:s3:::data",
                bucketDomainName: "data.s3.amazonaws.com",
                bucketRegionalDomainName: "data.s3.eu-west-1.amazonaws.com",
                bucketRegion: "eu-west-1",
                hostedZoneId: "Z1BKCTXD74EZPE",
                websiteEndpoint: "",
            });
        });

        for (const [name, reason] of [
            ["ab", "3 to 63 characters"],
            ["x".repeat(64), "3 to 63 characters"],
            ["Upper", "lower-case"],
            ["under_score", "lower-case"],
            ["-start", "lower-case"],
            ["two..dots", "two dots"],
            ["192.168.0.1", "IP address"],
            ["xn--name", '"xn--" is reserved'],
            ["name-s3alias", '"-s3alias" is reserved'],
        ] as const) {
            it(`cannot be called ${name.slice(0, 20)}`, () => {
                expect(account.failures(bucketType, { bucket: name }).join()).to.contain(reason);
            });
        }

        it("has a name that no other bucket in the world has", async () => {
            await bucket();
            expect(await refusal(bucket({}, "us-east-1"))).to.contain("BucketAlreadyOwnedByYou");
        });

        it("takes no public ACL, since new buckets have theirs disabled", async () => {
            expect(await refusal(bucket({ acl: "public-read" }))).to.contain(
                "AccessControlListNotSupported",
            );
            await bucket({ acl: "private" });
        });

        it("is deleted empty, or with what it holds where it is told to", async () => {
            const made = await bucket();
            await account.create(objectType, { bucket: "data", key: "k", content: "x" });
            await account.create(policyType, {
                bucket: "data",
                policy: policy(fromCidrs("192.0.2.0/24")),
            });
            expect(await refusal(account.delete(bucketType, made))).to.contain("BucketNotEmpty");
            const outputs = { ...made.outputs, forceDestroy: true };
            await account.delete(bucketType, { ...made, outputs });
            const types = [bucketType, objectType, policyType];
            expect(types.flatMap((type) => account.world.store.list(type))).to.deep.equal([]);
        });
    });

    describe("what belongs to a bucket", () => {
        const settings: Readonly<Record<string, Props>> = {
            [publicAccessBlockType]: { blockPublicAcls: true },
            [versioningType]: { versioningConfiguration: { status: "Enabled" } },
            [encryptionType]: {
                rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
            },
            [ownershipType]: { rule: { objectOwnership: "BucketOwnerEnforced" } },
            [lifecycleType]: { rules: [{ id: "r", status: "Enabled", expiration: { days: 1 } }] },
            [policyType]: { policy: policy({ Principal: { Service: "x.amazonaws.com" } }) },
            [objectType]: { key: "k", content: "c" },
        };
        for (const [type, inputs] of Object.entries(settings)) {
            it(`${type} needs the bucket, in its own region`, async () => {
                const create = () => account.create(type, { bucket: "data", ...inputs });
                expect(await refusal(create())).to.contain("NoSuchBucket");
                await bucket({}, "us-east-1");
                expect(await refusal(create())).to.contain("PermanentRedirect");
                await account.create(type, { bucket: "data", ...inputs }, "us-east-1");
            });
        }

        const malformed: Readonly<Record<string, readonly [string, Props, RegExp]>> = {
            "an unknown versioning state": [
                versioningType,
                { versioningConfiguration: { status: "On" } },
                /versioningConfiguration.status: must be one of/,
            ],
            "two encryption rules": [
                encryptionType,
                { rules: [{}, {}] },
                /exactly 1 rule is allowed, got 2/,
            ],
            "an unknown algorithm": [
                encryptionType,
                { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "DES" } }] },
                /sseAlgorithm: must be one of AES256/,
            ],
            "a key for SSE-S3": [
                encryptionType,
                {
                    rules: [
                        {
                            applyServerSideEncryptionByDefault: {
                                sseAlgorithm: "AES256",
                                kmsMasterKeyId: "k",
                            },
                        },
                    ],
                },
                /a KMSMasterKeyID is not applicable/,
            ],
            "an unknown ownership": [
                ownershipType,
                { rule: { objectOwnership: "Nobody" } },
                /rule.objectOwnership: must be one of/,
            ],
            "two lifecycle rules of one name": [
                lifecycleType,
                {
                    rules: ["a", "a"].map((id) => ({
                        id,
                        status: "Enabled",
                        expiration: { days: 1 },
                    })),
                },
                /rule ID must be unique/,
            ],
            "a lifecycle rule that does nothing": [
                lifecycleType,
                { rules: [{ id: "a", status: "Enabled" }] },
                /a rule needs one of/,
            ],
            "a lifecycle rule of zero days": [
                lifecycleType,
                { rules: [{ id: "a", status: "Enabled", expiration: { days: 0 } }] },
                /rules\[0\].expiration.days: must be a whole number from 1/,
            ],
        };
        for (const [title, [type, inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(type, { bucket: "data", ...inputs });
                expect(failures.join("; ")).to.match(expected);
            });
        }

        it("cannot turn versioning off again, only suspend it", async () => {
            await bucket();
            const set = (status: string) => ({
                bucket: "data",
                versioningConfiguration: { status },
            });
            const made = await account.create(versioningType, set("Enabled"));
            expect(await refusal(account.update(versioningType, made, set("Disabled")))).to.contain(
                "cannot be updated from 'Enabled' to 'Disabled'",
            );
            await account.update(versioningType, made, set("Suspended"));
        });

        it("encrypts with a key of the bucket's own region", async () => {
            await bucket();
            const key = (region: string) => ({
                bucket: "data",
                rules: [
                    {
                        applyServerSideEncryptionByDefault: {
                            sseAlgorithm: "aws:kms",
                            kmsMasterKeyId: `arn:aws:kms:${region}:111122223333:key/1`,
                        },
                    },
                ],
            });
            expect(await refusal(account.create(encryptionType, key("us-east-1")))).to.contain(
                "KMS.NotFoundException",
            );
            await account.create(encryptionType, key("eu-west-1"));
        });
    });

    describe("a bucket policy", () => {
        const put = (document: string) =>
            account.create(policyType, { bucket: "data", policy: document });

        beforeEach(() => bucket());

        it("may open objects to fixed address ranges while public access is blocked", async () => {
            await account.create(publicAccessBlockType, {
                bucket: "data",
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            });
            await put(policy(fromCidrs("15.177.0.0/18", "2600:1f18:7fff:f800::/53")));
        });

        it("is refused when it is public, also where nobody set the block", async () => {
            expect(await refusal(put(policy({})))).to.match(
                /AccessDenied: .* s3:PutBucketPolicy .* prevented by the BlockPublicPolicy setting/,
            );
        });

        it("may be public where the block was taken away", async () => {
            await account.create(publicAccessBlockType, {
                bucket: "data",
                blockPublicPolicy: false,
            });
            await put(policy({}));
        });

        for (const [title, document, expected] of [
            ["not JSON", "{", "MalformedPolicy"],
            [
                "about another bucket",
                policy({}, "arn:aws:s3:::other/*"),
                "Policy has invalid resource",
            ],
            [
                "for a role that does not exist",
                policy({ Principal: { AWS: "arn:aws:iam::111122223333:role/nobody" } }),
                "Invalid principal in policy",
            ],
            [
                "too large",
                policy({ ...fromCidrs("192.0.2.0/24"), Sid: "x".repeat(21_000) }),
                "PolicyTooLarge",
            ],
        ] as const) {
            it(`is refused when it is ${title}`, async () => {
                expect(await refusal(put(document))).to.contain(expected);
            });
        }
    });

    describe("what counts as public", () => {
        const cases: readonly (readonly [string, object, boolean])[] = [
            ["anybody", {}, true],
            ["anybody, spelled out", { Principal: { AWS: "*" } }, true],
            ["everybody but one", { Principal: undefined, NotPrincipal: { AWS: "1" } }, true],
            ["a denial", { Effect: "Deny" }, false],
            ["an account", { Principal: { AWS: "111122223333" } }, false],
            ["a service", { Principal: { Service: "elb.amazonaws.com" } }, false],
            ["fixed ranges", fromCidrs("15.177.0.0/18", "54.183.255.128/26"), false],
            ["a /8", fromCidrs("15.0.0.0/8"), false],
            ["a /7", fromCidrs("14.0.0.0/7"), true],
            ["one wide range among narrow ones", fromCidrs("15.177.0.0/18", "0.0.0.0/1"), true],
            ["an IPv6 /32", fromCidrs("2600:1f18::/32"), false],
            ["an IPv6 /31", fromCidrs("2600:1f18::/31"), true],
            ["one address", fromCidrs("192.0.2.1"), false],
            [
                "all but some ranges",
                { Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } } },
                true,
            ],
            [
                "one VPC endpoint",
                { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } },
                false,
            ],
            [
                "any VPC endpoint",
                { Condition: { StringLike: { "aws:SourceVpce": "vpce-*" } } },
                true,
            ],
            [
                "a condition on something else",
                { Condition: { Bool: { "aws:SecureTransport": "true" } } },
                true,
            ],
        ];
        for (const [title, statement, expected] of cases) {
            it(`${title}: ${expected ? "public" : "not public"}`, () => {
                expect(isPublicPolicy(policy(statement))).to.equal(expected);
            });
        }
    });

    describe("an object", () => {
        const put = (inputs: Props) => account.create(objectType, { bucket: "data", ...inputs });
        const md5 = (text: string) => createHash("md5").update(text).digest("hex");

        it("computes its id, its ARN and the MD5 of its content", async () => {
            await bucket();
            const { id, outputs } = await put({ key: "votes/x", content: "in-service" });
            expect(id).to.equal("data/votes/x");
            expect(outputs).to.include({
                arn: "arn:aws:s3:::data/votes/x",
                etag: md5("in-service"),
                versionId: "",
                serverSideEncryption: "AES256",
            });
            const base64 = await put({
                key: "b",
                contentBase64: Buffer.from("x").toString("base64"),
            });
            expect(base64.outputs.etag).to.equal(md5("x"));
            const asset = await put({ key: "a", source: { text: "y", hash: "h" } });
            expect(asset.outputs.etag).to.equal(md5("y"));
        });

        it("has an ETag that is no MD5 under KMS", async () => {
            await bucket();
            const { outputs } = await put({
                key: "k",
                content: "x",
                serverSideEncryption: "aws:kms",
            });
            expect(outputs.etag).not.to.equal(md5("x"));
        });

        it("gets a new version with each put to a versioned bucket", async () => {
            await bucket();
            await account.create(versioningType, {
                bucket: "data",
                versioningConfiguration: { status: "Enabled" },
            });
            const first = await put({ key: "k", content: "1" });
            const inputs = { bucket: "data", key: "k", content: "2" };
            const second = await account.update(objectType, first, inputs);
            expect(first.outputs.versionId).to.match(/^.{32}$/);
            expect(second.outputs.versionId).not.to.equal(first.outputs.versionId);
        });

        it("overwrites what is under its key", async () => {
            await bucket();
            await put({ key: "k", content: "1" });
            await put({ key: "k", content: "2" });
            expect(account.world.store.list(objectType)).to.have.length(1);
        });

        it("takes its logical name for a key it is not given", async () => {
            await bucket();
            expect((await put({ content: "x" })).id).to.equal("data/r1");
        });

        it("is a data-plane call in its bucket's region", async () => {
            await bucket();
            await put({ key: "k", content: "x" });
            expect(account.world.journal.since(0).at(-1)).to.include({
                plane: "data",
                service: "s3",
                action: "PutObject",
                region: "eu-west-1",
            });
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "two contents": [{ content: "a", contentBase64: "Yg==" }, /at most one of content/],
            "a key that is too long": [{ key: "k".repeat(1025) }, /1 to 1024 bytes, got 1025/],
            "an unknown storage class": [{ storageClass: "COLD" }, /storageClass: must be one of/],
            "eleven tags": [
                { tags: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, ""])) },
                /at most 10 tags, got 11/,
            ],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(objectType, { bucket: "data", ...inputs });
                expect(failures.join("; ")).to.match(expected);
            });
        }

        it("takes an ACL only where its bucket allows them", async () => {
            await bucket();
            const open = { key: "k", content: "x", acl: "public-read" };
            expect(await refusal(put(open))).to.contain("AccessControlListNotSupported");
            await account.create(ownershipType, {
                bucket: "data",
                rule: { objectOwnership: "ObjectWriter" },
            });
            await put(open);
        });

        it("is encrypted with a key of its own region", async () => {
            await bucket();
            const kmsKeyId = "arn:aws:kms:us-east-1:111122223333:key/1";
            expect(await refusal(put({ key: "k", content: "x", kmsKeyId }))).to.contain(
                "KMS.NotFound",
            );
        });
    });
});
