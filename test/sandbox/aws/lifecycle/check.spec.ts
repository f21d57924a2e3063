import { expect } from "chai";

import { check, type CheckInput } from "../../../../sandbox/aws/lifecycle/check";
import { type ResourceType, unknownValue } from "../../../../sandbox/aws/resourceType";

const type: ResourceType = {
    type: "aws:test/thing:Thing",
    service: "test",
    home: "regional",
    actions: { create: "C", read: "R", update: "U", delete: "D" },
    inputs: ["name", "size", "colour", "tags"],
    required: ["size"],
    replaceOn: [],
    autoname: { property: "name", maxLength: 12, lowercase: true },
    defaults: { colour: "red" },
    computed: [],
    check: (inputs) =>
        inputs.colour === "blue" ? [{ property: "colour", reason: "not blue" }] : [],
    compute: (inputs) => ({ id: "", outputs: inputs }),
};

const base: CheckInput = {
    olds: undefined,
    news: { size: 1 },
    randomSeed: "abcd",
    logicalName: "Something",
};

describe("check", () => {
    it("fills in a name and the defaults, and says which", () => {
        const { inputs, failures } = check(type, base);
        expect(failures).to.deep.equal([]);
        expect(inputs).to.deep.include({ size: 1, colour: "red", __defaults: ["colour", "name"] });
        expect(inputs.name).to.match(/^some-[0-9a-f]{7}$/);
    });

    it("draws the same name from the same seed and another from another", () => {
        const name = (randomSeed: string) => check(type, { ...base, randomSeed }).inputs.name;
        expect(name("abcd")).to.equal(name("abcd"));
        expect(name("abcd")).not.to.equal(name("abce"));
    });

    it("keeps a generated name, whatever the seed, and drops a written one", () => {
        const olds = { name: "kept", __defaults: ["name"] };
        expect(check(type, { ...base, olds }).inputs.name).to.equal("kept");
        const written = { name: "written", __defaults: [] };
        expect(check(type, { ...base, olds: written }).inputs.name).not.to.equal("written");
    });

    it("follows the project's naming", () => {
        const named = (mode: "propose" | "enforce" | "disable") =>
            check(type, { ...base, autonaming: { mode, proposedName: "Proposed" } });
        expect(named("enforce").inputs.name).to.equal("Proposed");
        expect(named("propose").inputs.name).to.equal("proposed");
        expect(named("disable").failures.map(({ property }) => property)).to.deep.equal(["name"]);
    });

    it("reports everything at once: unknown, missing and malformed", () => {
        const { failures } = check(type, {
            ...base,
            news: { colou: "x", colour: "blue", region: "Europe", tags: { "aws:x": "y" } },
        });
        expect(failures.map(({ property }) => property)).to.deep.equal([
            "colou",
            "size",
            "region",
            "colour",
            'tags["aws:x"]',
        ]);
        expect(failures[0]?.reason).to.contain("did you mean `colour`?");
    });

    it("accepts values that are not known yet", () => {
        const { failures } = check(type, {
            ...base,
            news: { size: unknownValue, region: unknownValue, tags: unknownValue },
        });
        expect(failures).to.deep.equal([]);
    });
});
