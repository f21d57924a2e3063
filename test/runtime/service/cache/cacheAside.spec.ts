import { expect } from "chai";

import { Breaker, BreakerOpenError } from "../../../../runtime/service/cache/breaker";
import { CacheAside, type CacheStore } from "../../../../runtime/service/cache/cacheAside";

/** A cache in a map, that can be made to fail or to say nothing. */
class FakeStore implements CacheStore {
    readonly held = new Map<string, string>();
    readonly lives: number[] = [];
    reads = 0;
    mood: "well" | "failing" | "silent" = "well";

    async read(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
        this.reads++;
        await this.#behave();
        return keys.map((key) => this.held.get(key));
    }

    async write(entries: ReadonlyMap<string, string>, lifeSeconds: number): Promise<void> {
        await this.#behave();
        this.lives.push(lifeSeconds);
        entries.forEach((value, key) => this.held.set(key, value));
    }

    async #behave(): Promise<void> {
        if (this.mood === "failing") {
            throw new Error("connection lost");
        }
        if (this.mood === "silent") {
            await new Promise(() => undefined);
        }
    }
}

describe("reading through a cache", () => {
    let store: FakeStore;
    let loads: (readonly string[])[];
    let nowMs: number;
    let changes: boolean[];
    let cache: CacheAside<number>;

    beforeEach(() => {
        store = new FakeStore();
        loads = [];
        nowMs = 0;
        changes = [];
        cache = new CacheAside<number>({
            store,
            prefix: "n:",
            lifeSeconds: 100,
            timeoutMs: 20,
            breaker: {
                failures: 3,
                restMs: 1000,
                now: () => nowMs,
                onChange: (open) => changes.push(open),
            },
            random: () => 0.5,
        });
    });

    const load = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
        loads.push(ids);
        await settle();
        return new Map(ids.filter((id) => id !== "none").map((id) => [id, id.length]));
    };
    const read = async (...ids: string[]): Promise<object> =>
        Object.fromEntries(await cache.read(ids, load));
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

    it("loads what is not there, keeps it, and finds it the next time", async () => {
        expect(await read("a", "bb")).to.deep.equal({ a: 1, bb: 2 });
        await settle();
        expect(Object.fromEntries(store.held)).to.deep.equal({ "n:a": "1", "n:bb": "2" });
        expect(await read("a", "bb", "ccc")).to.deep.equal({ a: 1, bb: 2, ccc: 3 });
        expect(loads).to.deep.equal([["a", "bb"], ["ccc"]]);
    });

    it("keeps things for lives that differ, none longer than asked for", async () => {
        await read("a");
        await settle();
        expect(store.lives).to.deep.equal([90]);
    });

    it("loads once what many ask for at the same time", async () => {
        const answers = await Promise.all([read("a"), read("a", "bb"), read("bb", "a")]);
        expect(answers).to.deep.equal([{ a: 1 }, { a: 1, bb: 2 }, { bb: 2, a: 1 }]);
        expect(loads).to.deep.equal([["a"], ["bb"]]);
    });

    it("leaves out what nobody has", async () => {
        expect(await read("none", "a")).to.deep.equal({ a: 1 });
    });

    for (const mood of ["failing", "silent"] as const) {
        it(`answers from the source while the cache is ${mood}, and soon stops asking it`, async () => {
            store.mood = mood;
            for (let round = 0; round < 6; round++) {
                expect(await read("a")).to.deep.equal({ a: 1 });
                await new Promise((resolve) => setTimeout(resolve, 30));
            }
            expect(loads).to.have.length(6);
            // Two attempts a round, a look and a write: the third failure is in the second round.
            expect(store.reads).to.equal(2);
            expect(changes).to.deep.equal([true]);

            store.mood = "well";
            nowMs = 1000;
            await read("a");
            await settle();
            expect(changes).to.deep.equal([true, false]);
            await read("a");
            expect(loads).to.have.length(7);
        });
    }

    it("takes what it cannot read for something that is not there", async () => {
        store.held.set("n:a", "{");
        expect(await read("a")).to.deep.equal({ a: 1 });
    });

    it("fails as the source fails, for everybody who waits, and then starts afresh", async () => {
        let failing = true;
        const source = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
            await settle();
            if (failing) {
                throw new Error("table lost");
            }
            return load(ids);
        };
        const failures = await Promise.allSettled([
            cache.read(["a"], source),
            cache.read(["a"], source),
        ]);
        expect(failures.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
        failing = false;
        expect(Object.fromEntries(await cache.read(["a"], source))).to.deep.equal({ a: 1 });
    });
});

describe("a breaker", () => {
    it("lets one attempt through after its rest, and rests again when that fails", async () => {
        let nowMs = 0;
        let works = false;
        let attempts = 0;
        const breaker = new Breaker({ failures: 2, restMs: 100, now: () => nowMs });
        const attempt = (): Promise<string> =>
            breaker.run(async () => {
                attempts++;
                if (!works) {
                    throw new Error("no");
                }
                return "yes";
            });
        const outcome = (): Promise<string> => attempt().catch((error: Error) => error.name);
        expect([await outcome(), await outcome(), await outcome()]).to.deep.equal([
            "Error",
            "Error",
            BreakerOpenError.name,
        ]);
        nowMs = 100;
        expect(await Promise.all([outcome(), outcome()])).to.deep.equal([
            "Error",
            BreakerOpenError.name,
        ]);
        nowMs = 199;
        expect(await outcome()).to.equal(BreakerOpenError.name);
        nowMs = 200;
        works = true;
        expect(await outcome()).to.equal("yes");
        expect(breaker.open).to.equal(false);
        expect(attempts).to.equal(4);
    });
});
