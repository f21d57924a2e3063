import os from "node:os";
import path from "node:path";

import * as aws from "@pulumi/aws";
import { expect } from "chai";

import { fakeWorld } from "../sandbox/support/fakeWorld";
import { inlineEngine, type InlineEngine, runs } from "./support/inlineStack";

describe("the provider under the real engine", () => {
    let world: ReturnType<typeof fakeWorld>;
    let engine: InlineEngine;

    before(async () => {
        world = fakeWorld();
        engine = await inlineEngine(
            world,
            path.join(os.homedir(), ".cache/meridian/engine/v3.259.0"),
        );
    });
    after(async () => {
        await engine.stop();
        world.close();
    });

    function program(content: string) {
        return async () => {
            const bucket = new aws.s3.Bucket("data");
            const object = new aws.s3.BucketObjectv2("note", {
                bucket: bucket.id,
                key: "note",
                content,
            });
            return { bucket: bucket.bucket, etag: object.etag };
        };
    }

    it("deploys, leaves alone, updates and destroys", async () => {
        const stack = await engine.stack("first", "eu-west-1");
        const result = await runs(stack, program("one")).up({ skipPreview: true } as never);
        expect(result.summary.resourceChanges).to.deep.equal({ create: 3 });
        const mark = world.journal.mark();
        const again = await stack.up();
        expect(again.summary.resourceChanges).to.deep.equal({ same: 3 });
        const third = await runs(stack, program("two")).up();
        expect(third.summary.resourceChanges).to.deep.equal({ same: 2, update: 1 });
        await stack.destroy();
        expect(world.store.all()).to.deep.equal([]);
    });
});
