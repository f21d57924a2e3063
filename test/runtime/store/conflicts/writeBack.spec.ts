import { expect } from "chai";

import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { changeLine, emptyMap, quantities } from "../../../../runtime/consistency/crdt/orMap";
import type { Replica } from "../../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { orMapCodec } from "../../../../runtime/store/codec/states";
import { WriteBack } from "../../../../runtime/store/conflicts/writeBack";
import { Leases } from "../../../../runtime/store/homes/leases";
import { OwnerRecords } from "../../../../runtime/store/homes/ownerRecord";
import { defaultLeaseTimes } from "../../../../runtime/store/homes/votes";
import { parseRegional, serialiseRegional } from "../../../../runtime/store/stored";
import { Tables } from "../../../../sandbox/world/tables/tables";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    declareStoreTable,
    storeCaller,
    storeClock,
    storeReplica,
} from "../../../support/storeReplicas";

const region = "eu-west-1";
const key = { pk: "CART#1", sk: `CART#${region}` };

/** One line, with a dot of its own. */
function cartWith(line: string, counts: Readonly<Record<string, number>>): AttributeMap {
    return serialiseRegional(key, {
        kind: "cart",
        version: VersionVector.of(counts),
        at: { wallMs: 1, logical: 0 },
        origin: region,
        operations: [line],
        state: orMapCodec.encode(changeLine(emptyMap, `writer-${line}`, line, 1)),
    });
}

describe("writing back", () => {
    let world: SmallWorld;
    let tables: Tables;

    beforeEach(async () => {
        world = await smallWorld();
        declareStoreTable(world, [region]);
        tables = new Tables(world, { metrics: new RecordedMetrics() });
        await tables.start();
    });
    afterEach(async () => {
        await tables.stop();
        world.end();
    });

    it("takes in what its writer wrote between the read and the write", async () => {
        const clock = storeClock(world);
        const caller = storeCaller(world);
        const replica = storeReplica(world, tables, region);
        const put = (item: AttributeMap): Promise<void> =>
            caller.call(region, (signal) => replica.put(item, {}, signal));
        await put(cartWith("mug", { [region]: 1 }));
        let reads = 0;
        const raced = Object.assign(Object.create(replica) as Replica, {
            get: async (...args: Parameters<Replica["get"]>) => {
                const item = await replica.get(...args);
                if (++reads === 1) {
                    await put(cartWith("acknowledged-meanwhile", { [region]: 2 }));
                }
                return item;
            },
        });
        const writeBack = new WriteBack({
            replicas: new Map([[region, raced]]),
            caller,
            clock,
            hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
            leases: new Leases({
                records: [new OwnerRecords(replica, caller)],
                clock,
                times: defaultLeaseTimes,
            }),
        });
        expect(await writeBack.write(cartWith("hat", { [region]: 1, other: 1 }))).to.equal(true);
        expect(reads).to.equal(2);
        const stored = await caller.call(region, (signal) => replica.get(key, true, signal));
        const { state, version } = parseRegional(stored ?? {});
        expect([...quantities(orMapCodec.decode(state)).keys()].sort()).to.eql([
            "acknowledged-meanwhile",
            "hat",
        ]);
        expect(version.covers(VersionVector.of({ [region]: 2, other: 1 }))).to.equal(true);
    });
});
