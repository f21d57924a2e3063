import { expect } from "chai";

import { Store, type StoredResource } from "../../../sandbox/world/store";

function resource(type: string, region: string, id: string): StoredResource {
    return { type, region, id, inputs: {}, outputs: { id } };
}

describe("Store", () => {
    const ids = (resources: readonly StoredResource[]): readonly string[] =>
        resources.map(({ id }) => id);

    it("lists the resources of a type, in one region or in all, as they came", () => {
        const store = new Store([resource("table", "eu-west-1", "a")]);
        store.put(resource("key", "eu-west-1", "k"));
        store.put(resource("table", "us-east-1", "b"));
        store.put(resource("table", "eu-west-1", "c"));
        expect(ids(store.list("table"))).to.deep.equal(["a", "b", "c"]);
        expect(ids(store.list("table", "eu-west-1"))).to.deep.equal(["a", "c"]);
        expect(store.list("bucket")).to.deep.equal([]);
        expect(ids(store.all())).to.deep.equal(["a", "k", "b", "c"]);
    });

    it("shows what replaced a resource, and nothing of what was deleted", () => {
        const store = new Store([resource("table", "eu-west-1", "a")]);
        const anew = { ...resource("table", "eu-west-1", "a"), outputs: { id: "a", size: 1 } };
        store.put(anew);
        expect(store.list("table")).to.deep.equal([anew]);
        expect(store.find("table", ({ id }) => id === "a")).to.equal(anew);
        expect(store.find("key", () => true)).to.equal(undefined);
        store.delete("table", "eu-west-1", "a");
        store.delete("table", "eu-west-1", "never there");
        expect(store.list("table")).to.deep.equal([]);
        expect(store.find("table", () => true)).to.equal(undefined);
    });

    it("may change while a list is gone through", () => {
        const store = new Store(["a", "b"].map((id) => resource("table", "eu-west-1", id)));
        for (const { type, region, id } of store.list("table")) {
            store.delete(type, region, id);
            store.put(resource("table", region, `${id}2`));
        }
        expect(ids(store.list("table"))).to.deep.equal(["a2", "b2"]);
    });
});
