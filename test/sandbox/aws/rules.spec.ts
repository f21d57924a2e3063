import { expect } from "chai";
import fc from "fast-check";

import {
    contains,
    ipv6Contains,
    ipv6Overlap,
    overlap,
    parseCidr,
    parseIpv6Cidr,
    size,
} from "../../../sandbox/aws/support/cidr";
import { policyAllows, type PolicyRequest } from "../../../sandbox/aws/support/policyDocument";
import { zoneId, zonesOf } from "../../../sandbox/aws/support/zones";
import { awsRegions } from "../../../sandbox/world/network";

const cidr = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 32 }))
    .map(([address, prefix]) => ({
        first: address - (address % size({ first: 0, prefix })),
        prefix,
    }));

describe("CIDR blocks", () => {
    it("read as they are written", () => {
        expect(parseCidr("10.1.0.0/16")).to.deep.equal({ first: 0x0a010000, prefix: 16 });
        expect(parseCidr("255.255.255.255/32")).to.deep.equal({ first: 2 ** 32 - 1, prefix: 32 });
        for (const wrong of ["10.1.0.1/16", "10.1.0.0", "10.1.0.0/33", "10.1.256.0/24", "a/8"]) {
            expect(parseCidr(wrong), wrong).to.equal(undefined);
        }
    });

    it("overlap exactly when one contains the other", () => {
        fc.assert(
            fc.property(cidr, cidr, (a, b) => overlap(a, b) === (contains(a, b) || contains(b, a))),
        );
    });
});

describe("IPv6 CIDR blocks", () => {
    it("read as they are written", () => {
        expect(parseIpv6Cidr("::/0")).to.deep.equal({ first: 0n, prefix: 0 });
        expect(parseIpv6Cidr("2600:1f18:abcd:ef00::/56")?.first).to.equal(
            0x26001f18abcdef00n << 64n,
        );
        expect(parseIpv6Cidr("1:2:3:4:5:6:7:8/128")?.first).to.equal(
            0x00010002000300040005000600070008n,
        );
        for (const wrong of [
            "2600:1f18:abcd:ef01::/56",
            "::",
            "::/129",
            "::ffff:10.0.0.0/96",
            "1::2::3/64",
            "10.0.0.0/16",
        ]) {
            expect(parseIpv6Cidr(wrong), wrong).to.equal(undefined);
        }
    });

    it("know what is inside them", () => {
        const block = (text: string) => parseIpv6Cidr(text) ?? expect.fail(text);
        const vpc = block("2600:1f18:abcd:ef00::/56");
        expect(ipv6Contains(vpc, block("2600:1f18:abcd:efff::/64"))).to.equal(true);
        expect(ipv6Contains(vpc, block("2600:1f18:abcd:f000::/64"))).to.equal(false);
        expect(ipv6Contains(block("2600:1f18:abcd:ef01::/64"), vpc)).to.equal(false);
        expect(ipv6Overlap(block("2600:1f18:abcd:ef01::/64"), vpc)).to.equal(true);
    });
});

describe("Availability Zones", () => {
    it("are known for every region of the address plan", () => {
        expect(awsRegions.filter((region) => zonesOf(region).length < 2)).to.deep.equal([]);
    });

    it("have AWS's ids", () => {
        expect(zoneId("us-east-1f")).to.equal("use1-az6");
        expect(zoneId("ap-southeast-2b")).to.equal("apse2-az2");
        expect(zoneId("eu-west-1a")).to.equal("euw1-az1");
    });
});

describe("policy evaluation", () => {
    const service = { service: "logs.eu-west-1.amazonaws.com" };
    const allows = (
        statements: object | readonly object[],
        overrides: Partial<PolicyRequest> = {},
    ) =>
        policyAllows(JSON.stringify({ Statement: statements }), {
            principal: service,
            action: "kms:Decrypt",
            resource: "arn:aws:kms:eu-west-1:1:key/k",
            ...overrides,
        });
    const allow = (overrides: object = {}): object => ({
        Effect: "Allow",
        Principal: { Service: "logs.eu-west-1.amazonaws.com" },
        Action: "kms:*",
        Resource: "*",
        ...overrides,
    });

    it("knows IAM's operators on sets of values", () => {
        const about = (operator: string): object =>
            allow({ Condition: { [operator]: { "kms:ResourceAliases": ["alias/a", "alias/b"] } } });
        for (const operator of ["ForAnyValue:StringEquals", "ForAllValues:StringEquals"]) {
            expect(
                allows(about(operator), { context: { "kms:ResourceAliases": "alias/b" } }),
                operator,
            ).to.equal(true);
            expect(
                allows(about(operator), { context: { "kms:ResourceAliases": "alias/c" } }),
                operator,
            ).to.equal(false);
        }
        expect(allows(about("ForAnyValue:StringEquals"))).to.equal(false);
        expect(allows(about("ForAllValues:StringEquals"))).to.equal(true);
    });

    it("allows what a statement allows, one or in a list", () => {
        expect(allows(allow())).to.equal(true);
        expect(allows([allow()])).to.equal(true);
        expect(allows([])).to.equal(false);
    });

    it("compares actions without case and resources with it", () => {
        expect(allows(allow({ Action: "KMS:decrypt" }))).to.equal(true);
        expect(allows(allow({ Resource: "arn:aws:kms:eu-west-1:1:key/?" }))).to.equal(true);
        expect(allows(allow({ Resource: "arn:aws:kms:eu-west-1:1:key/K" }))).to.equal(false);
    });

    it("lets a deny win", () => {
        const deny = allow({ Effect: "Deny", Action: "kms:Decrypt" });
        expect(allows([allow(), deny])).to.equal(false);
        expect(allows([allow(), deny], { action: "kms:Encrypt" })).to.equal(true);
    });

    it("knows everybody, an account by number or root, and no one else", () => {
        const principal = { arn: "arn:aws:iam::1:role/r" };
        for (const named of ["*", { AWS: "1" }, { AWS: ["arn:aws:iam::1:root"] }]) {
            expect(allows(allow({ Principal: named }), { principal }), JSON.stringify(named)).to.be
                .true;
        }
        expect(allows(allow({ Principal: { AWS: "2" } }), { principal })).to.equal(false);
        expect(allows(allow(), { principal })).to.equal(false);
    });

    const conditions: readonly [string, object, boolean][] = [
        ["an equal text", { StringEquals: { "aws:SourceAccount": "1" } }, true],
        ["one of several", { StringEquals: { "aws:SourceAccount": ["2", "1"] } }, true],
        ["another text", { StringEquals: { "aws:SourceAccount": "2" } }, false],
        ["a key in other case", { StringEquals: { "AWS:sourceaccount": "1" } }, true],
        ["an absent key", { StringEquals: { "aws:PrincipalTag/a": "1" } }, false],
        ["an absent key, if it exists", { StringEqualsIfExists: { "aws:tag": "1" } }, true],
        ["a text that differs", { StringNotEquals: { "aws:SourceAccount": "2" } }, true],
        ["a text that does not differ", { StringNotEquals: { "aws:SourceAccount": "1" } }, false],
        ["a pattern", { ArnLike: { "aws:SourceArn": "arn:aws:logs:*:1:*" } }, true],
        ["encryption in transit", { Bool: { "aws:SecureTransport": "false" } }, false],
        ["a key that is there", { Null: { "aws:SourceArn": "false" } }, true],
        ["a key that is not there", { Null: { "aws:SourceVpc": "false" } }, false],
        ["an operator nobody knows", { DateGreaterThan: { "aws:SourceAccount": "1" } }, false],
    ];
    for (const [what, Condition, expected] of conditions) {
        it(`${expected ? "matches" : "does not match"} ${what}`, () => {
            const context = { "aws:SourceAccount": "1", "aws:SourceArn": "arn:aws:logs:e:1:g" };
            expect(allows(allow({ Condition }), { context })).to.equal(expected);
        });
    }
});
