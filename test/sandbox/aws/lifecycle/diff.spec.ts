import { expect } from "chai";

import { diff } from "../../../../sandbox/aws/lifecycle/diff";
import type { DiffCall } from "../../../../sandbox/aws/provider/protocol";
import { type ResourceType, unknownValue } from "../../../../sandbox/aws/resourceType";

const type: ResourceType = {
    type: "aws:test/thing:Thing",
    service: "test",
    home: "regional",
    actions: { create: "C", read: "R", update: "U", delete: "D" },
    inputs: ["name", "size", "rules", "members", "policy", "encryption", "code", "tags"],
    required: [],
    replaceOn: ["name", "encryption.key"],
    autoname: { property: "name", maxLength: 20 },
    unordered: ["members"],
    documents: ["policy"],
    computed: ["arn", "revision"],
    changesOnUpdate: ["revision"],
    compute: (inputs) => ({ id: "", outputs: inputs }),
};

function difference(oldInputs: object, news: object, more: Partial<DiffCall> = {}) {
    return diff(type, {
        settings: { region: "eu-west-1", defaultTags: {} },
        urn: "",
        id: "x",
        olds: { region: "eu-west-1", tagsAll: {} },
        oldInputs: { ...oldInputs },
        news: { ...news },
        ignoreChanges: [],
        ...more,
    });
}

describe("diff", () => {
    it("finds nothing where nothing changed", () => {
        const same = { name: "a", size: 1, rules: [{ a: 1 }], __defaults: ["name"] };
        expect(difference(same, { ...same, __defaults: [] })).to.deep.include({
            diffs: [],
            detailedDiff: {},
            replaces: [],
        });
    });

    it("names each changed path and its kind", () => {
        const { detailedDiff, diffs } = difference(
            { size: 1, rules: [{ port: 1, "a.b": 1 }, { port: 2 }] },
            { rules: [{ port: 3, "a.b": 2 }], members: ["x"] },
        );
        expect(detailedDiff).to.deep.equal({
            size: "DELETE",
            "rules[0].port": "UPDATE",
            'rules[0]["a.b"]': "UPDATE",
            "rules[1]": "DELETE",
            members: "ADD",
        });
        expect(diffs).to.have.members(["size", "rules", "members"]);
    });

    it("replaces where a change in place is impossible, also deep inside", () => {
        const { detailedDiff, replaces } = difference(
            { name: "a", encryption: { key: "1", on: true } },
            { name: "b", encryption: { key: "2", on: false } },
        );
        expect(detailedDiff).to.deep.equal({
            name: "UPDATE_REPLACE",
            "encryption.key": "UPDATE_REPLACE",
            "encryption.on": "UPDATE",
        });
        expect(replaces).to.have.members(["name", "encryption"]);
        expect(difference({}, { encryption: { key: "1" } }).detailedDiff).to.deep.equal({
            encryption: "ADD_REPLACE",
        });
        expect(difference({}, { encryption: { on: true } }).detailedDiff).to.deep.equal({
            encryption: "ADD",
        });
    });

    it("takes an unknown value for a change", () => {
        expect(difference({ name: "a" }, { name: unknownValue }).detailedDiff).to.deep.equal({
            name: "UPDATE_REPLACE",
        });
    });

    it("keeps what is ignored out, with everything under it", () => {
        const { diffs } = difference(
            { rules: [{ port: 1 }], size: 1 },
            { rules: [{ port: 2 }], size: 2 },
            {
                ignoreChanges: ["rules"],
            },
        );
        expect(diffs).to.deep.equal(["size"]);
    });

    it("compares sets without their order and documents by their meaning", () => {
        const { diffs } = difference(
            { members: ["a", "b"], policy: '{"b":1,"a":[1]}' },
            { members: ["b", "a"], policy: '{ "a": [1], "b": 1 }' },
        );
        expect(diffs).to.deep.equal([]);
        expect(
            difference({ policy: '{"a":[1,2]}' }, { policy: '{"a":[2,1]}' }).diffs,
        ).to.deep.equal(["policy"]);
    });

    it("takes an asset for one value", () => {
        const asset = (hash: string) => ({
            code: { "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", hash },
        });
        expect(difference(asset("1"), asset("2")).detailedDiff).to.deep.equal({ code: "UPDATE" });
        expect(difference(asset("1"), asset("1")).diffs).to.deep.equal([]);
    });

    it("replaces on another region, but not when the region is merely written out", () => {
        expect(difference({}, { region: "sa-east-1" }).replaces).to.deep.equal(["region"]);
        expect(difference({}, { region: "eu-west-1" }).diffs).to.deep.equal([]);
    });

    it("sees a change of the provider's default tags", () => {
        const settings = { region: "eu-west-1", defaultTags: { team: "x" } };
        expect(difference({}, {}, { settings }).detailedDiff).to.deep.equal({ tagsAll: "UPDATE" });
        expect(
            difference({}, {}, { settings, olds: { region: "eu-west-1", tagsAll: { team: "x" } } })
                .diffs,
        ).to.deep.equal([]);
    });

    it("deletes first only when a written name is kept", () => {
        const change = (name: string, defaults: string[]) =>
            difference(
                { name: "a", encryption: { key: "1" } },
                { name, encryption: { key: "2" }, __defaults: defaults },
            ).deleteBeforeReplace;
        expect(change("a", [])).to.equal(true);
        expect(change("b", [])).to.equal(false);
        expect(change("a", ["name"])).to.equal(false);
    });

    it("names the outputs that an update leaves alone", () => {
        expect(difference({ size: 1 }, { size: 2 }).stables).to.deep.equal(["arn"]);
    });
});
