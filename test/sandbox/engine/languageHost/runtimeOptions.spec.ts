import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { expect } from "chai";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import {
    runtimeOptionsOf,
    splitWords,
    typescriptEnvironment,
} from "../../../../sandbox/engine/languageHost/runtimeOptions";

function info(options: Record<string, JavaScriptValue>): ProgramInfo {
    const made = new ProgramInfo();
    made.setOptions(Struct.fromJavaScript(options));
    return made;
}

describe("runtimeOptionsOf", () => {
    it("compiles TypeScript unless told not to", () => {
        expect(typescriptEnvironment(runtimeOptionsOf(undefined))).to.eql({
            PULUMI_NODEJS_TYPESCRIPT: "true",
        });
        expect(typescriptEnvironment(runtimeOptionsOf(info({ typescript: false })))).to.eql({});
    });

    it("reads a tsconfig and arguments for Node", () => {
        const options = runtimeOptionsOf(
            info({
                tsconfig: "tsconfig.pulumi.json",
                nodeargs: "--max-old-space-size=2048 --trace",
            }),
        );
        expect(options.nodeArgs).to.eql(["--max-old-space-size=2048", "--trace"]);
        expect(typescriptEnvironment(options)).to.eql({
            PULUMI_NODEJS_TYPESCRIPT: "true",
            PULUMI_NODEJS_TSCONFIG_PATH: "tsconfig.pulumi.json",
        });
    });

    it("refuses a value of another type, and names it", () => {
        expect(() => runtimeOptionsOf(info({ typescript: "no" }))).to.throw(
            'runtime option typescript must be true or false, got "no"',
        );
        expect(() => runtimeOptionsOf(info({ nodeargs: 4 }))).to.throw(
            "runtime option nodeargs must be text, got 4",
        );
    });
});

describe("splitWords", () => {
    for (const [line, words] of [
        ["", []],
        ["  -a   -b ", ["-a", "-b"]],
        [`--title "two words" 'it is "so"'`, ["--title", "two words", 'it is "so"']],
        [`-r a\\ b ""`, ["-r", "a b", ""]],
        [`'back\\slash'`, ["back\\slash"]],
    ] as const) {
        it(`splits ${JSON.stringify(line)}`, () => {
            expect(splitWords(line)).to.eql(words);
        });
    }
});
