import { expect } from "chai";

import { matchesPattern } from "../../../../sandbox/world/events/pattern";

const event = {
    source: "aws.cloudwatch",
    region: "eu-west-1",
    resources: ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:meridian-observer-us-east-1"],
    detail: {
        state: { value: "ALARM" },
        count: 5,
        address: "10.1.2.3",
        tags: [{ k: "a" }, { k: "b" }],
    },
};

describe("event patterns", () => {
    const cases: readonly (readonly [string, Record<string, unknown>, boolean])[] = [
        ["an exact value", { source: ["aws.cloudwatch"] }, true],
        ["one of several values", { source: ["aws.ec2", "aws.cloudwatch"] }, true],
        ["another value", { source: ["aws.ec2"] }, false],
        ["a nested value", { detail: { state: { value: ["ALARM"] } } }, true],
        ["every field at once", { source: ["aws.cloudwatch"], region: ["us-east-1"] }, false],
        [
            "a prefix of an element of a list",
            {
                resources: [
                    { prefix: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:meridian-" },
                ],
            },
            true,
        ],
        ["a suffix", { resources: [{ suffix: "eu-west-1" }] }, false],
        ["a wildcard", { resources: [{ wildcard: "*:alarm:meridian-*-us-*" }] }, true],
        [
            "a prefix whatever its case",
            { source: [{ prefix: { "equals-ignore-case": "AWS." } }] },
            true,
        ],
        ["anything but a value", { region: [{ "anything-but": "eu-west-1" }] }, false],
        ["anything but some values", { region: [{ "anything-but": ["us-east-1", "x"] }] }, true],
        ["anything but a prefix", { region: [{ "anything-but": { prefix: "eu-" } }] }, false],
        ["a numeric range", { detail: { count: [{ numeric: [">", 0, "<=", 5] }] } }, true],
        ["outside a numeric range", { detail: { count: [{ numeric: [">", 5] }] } }, false],
        ["a number against text", { detail: { count: ["5"] } }, false],
        ["a field that exists", { detail: { count: [{ exists: true }] } }, true],
        ["a field that does not exist", { detail: { nothing: [{ exists: false }] } }, true],
        ["a field that should not exist", { detail: { count: [{ exists: false }] } }, false],
        ["an address in a block", { detail: { address: [{ cidr: "10.0.0.0/8" }] } }, true],
        ["a field of any object in a list", { detail: { tags: { k: ["b"] } } }, true],
        [
            "either of two fields",
            { $or: [{ region: ["us-east-1"] }, { detail: { count: [5] } }] },
            true,
        ],
    ];
    for (const [title, pattern, expected] of cases) {
        it(`${expected ? "match" : "do not match"} ${title}`, () => {
            expect(matchesPattern(pattern, event)).to.equal(expected);
        });
    }
});
