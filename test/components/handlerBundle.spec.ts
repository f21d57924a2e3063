import path from "node:path";
import vm from "node:vm";

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { handlerBundle, type HandlerName } from "../../components/handlerBundle";

async function code(handler: HandlerName): Promise<string> {
    const { "index.js": file } = await (handlerBundle(handler).assets as Promise<
        Record<string, pulumi.asset.StringAsset>
    >);
    return (file as pulumi.asset.StringAsset).text;
}

describe("a handler's bundle", () => {
    for (const handler of [
        "conflictDetector",
        "consumer",
        "decider",
        "homeKeeper",
        "observer",
        "replicator",
    ] as const) {
        it(`has the ${handler} as its handler, and asks for nothing but Node and the SDK`, async () => {
            const required: string[] = [];
            const module = { exports: {} as Record<string, unknown> };
            vm.runInNewContext(await code(handler), {
                module,
                exports: module.exports,
                require: (name: string): unknown => {
                    required.push(name);
                    return new Proxy({}, { get: () => class {} });
                },
                process: { env: {} },
                URL,
                console,
                navigator: undefined,
                File: undefined,
            });
            expect(module.exports["handler"]).to.be.a("function");
            expect(
                required.filter((name) => !/^(node:|@(aws-sdk|smithy)\/)/.test(name)),
            ).to.deep.equal([]);
        });
    }

    it("is the same every time, so that it is no change", async () => {
        expect(await code("decider")).to.equal(await code("decider"));
        // A path would differ from one checkout to the next.
        expect(await code("decider")).not.to.contain(path.join(__dirname, "..", ".."));
    });
});
