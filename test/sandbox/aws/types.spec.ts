import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";
import ts from "typescript";

import { resourceTypes } from "../../../sandbox/aws/types";

const sdk = path.dirname(require.resolve("@pulumi/aws/package.json"));

/** The properties of `<Class>Args` in the SDK's own declarations. */
function argumentsOf(token: string): readonly string[] {
    const [, file, name] = /^aws:(.+):(\w+)$/.exec(token) ?? [];
    const text = fs.readFileSync(path.join(sdk, `${file}.d.ts`), "utf8");
    const source = ts.createSourceFile("args.d.ts", text, ts.ScriptTarget.Latest);
    const args = source.statements.find(
        (statement): statement is ts.InterfaceDeclaration =>
            ts.isInterfaceDeclaration(statement) && statement.name.text === `${name}Args`,
    );
    return (args?.members ?? [])
        .map((member) => (member.name as ts.Identifier).text)
        .filter((property) => property !== "region")
        .sort();
}

/** The properties of the class itself: what a program can read from the resource. */
function propertiesOf(token: string): readonly string[] {
    const [, file, name] = /^aws:(.+):(\w+)$/.exec(token) ?? [];
    const text = fs.readFileSync(path.join(sdk, `${file}.d.ts`), "utf8");
    const source = ts.createSourceFile("class.d.ts", text, ts.ScriptTarget.Latest);
    const declaration = source.statements.find(
        (statement): statement is ts.ClassDeclaration =>
            ts.isClassDeclaration(statement) && statement.name?.text === name,
    );
    return (declaration?.members ?? [])
        .filter(ts.isPropertyDeclaration)
        .map((member) => (member.name as ts.Identifier).text);
}

describe("the described types", () => {
    it("are each described once", () => {
        const tokens = resourceTypes.map((type) => type.type);
        expect(new Set(tokens).size).to.equal(tokens.length);
    });

    for (const type of resourceTypes) {
        describe(type.type, () => {
            it("takes exactly the SDK's arguments", () => {
                expect(type.inputs.filter((name) => name !== "region").sort()).to.deep.equal(
                    argumentsOf(type.type),
                );
            });

            it("computes only what the SDK has", () => {
                const properties = propertiesOf(type.type);
                expect(type.computed.filter((name) => !properties.includes(name))).to.deep.equal(
                    [],
                );
            });

            it("names only its own arguments in its rules", () => {
                const named = [
                    ...type.required,
                    ...type.replaceOn,
                    ...(type.unordered ?? []),
                    ...(type.documents ?? []),
                    ...Object.keys(type.defaults ?? {}),
                    ...(type.autoname === undefined ? [] : [type.autoname.property]),
                ].map((name) => name.split(".")[0] ?? name);
                expect(named.filter((name) => !type.inputs.includes(name))).to.deep.equal([]);
            });

            it("has every output that the SDK's class has beyond its arguments", () => {
                const beyond = propertiesOf(type.type).filter(
                    (name) => !type.inputs.includes(name) && !["region", "tagsAll"].includes(name),
                );
                expect(beyond.filter((name) => !type.computed.includes(name))).to.deep.equal([]);
            });
        });
    }
});
