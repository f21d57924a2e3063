import fs from "node:fs";
import path from "node:path";
import { setTimeout as realDelay } from "node:timers/promises";

import { expect } from "chai";

import { loadAccount, Persistence } from "../../../sandbox/world/persistence";
import type { StoredResource } from "../../../sandbox/world/store";
import { fakeWorld } from "../support/fakeWorld";

const resource = (id: string): StoredResource => ({
    type: "aws:test/thing:Thing",
    region: "eu-west-1",
    id,
    inputs: { a: 1 },
    outputs: { a: 1, id },
});

describe("Persistence", () => {
    let world: ReturnType<typeof fakeWorld>;

    beforeEach(() => (world = fakeWorld()));
    afterEach(() => world.close());

    it("starts with an empty account", () => {
        expect(loadAccount(world.home)).to.deep.equal([]);
    });

    it("gives back what was there when it stopped", async () => {
        const persistence = new Persistence(world);
        await persistence.start();
        world.store.put(resource("a"));
        world.store.put(resource("b"));
        world.store.delete("aws:test/thing:Thing", "eu-west-1", "a");
        await persistence.stop();
        expect(loadAccount(world.home)).to.deep.equal([resource("b")]);
        expect(fs.readdirSync(world.home)).to.deep.equal(["account.json"]);
    });

    it("writes while the world runs", async () => {
        const persistence = new Persistence(world);
        await persistence.start();
        world.store.put(resource("a"));
        while (loadAccount(world.home).length === 0) {
            await realDelay(10);
        }
        expect(loadAccount(world.home)).to.deep.equal([resource("a")]);
        await persistence.stop();
    });

    it("leaves the file alone when nothing changed", async () => {
        const persistence = new Persistence(world);
        await persistence.start();
        await persistence.stop();
        expect(fs.existsSync(path.join(world.home, "account.json"))).to.equal(false);
    });

    it("says when the account cannot be written", async () => {
        const persistence = new Persistence(world);
        await persistence.start();
        fs.mkdirSync(path.join(world.home, "account.json"));
        world.store.put(resource("a"));
        const error: unknown = await persistence.stop().then(
            () => undefined,
            (reason: unknown) => reason,
        );
        expect((error as Error).message).to.contain("the account could not be written");
    });

    it("refuses a file that is not an account, and names it", () => {
        const file = path.join(world.home, "account.json");
        for (const text of ["{", "{}", '{"schemaVersion":1,"resources":[{"type":1}]}']) {
            fs.writeFileSync(file, text);
            expect(() => loadAccount(world.home), text).to.throw(file);
        }
    });
});
