import type { World } from "../world";
import type { RegionTables } from "./regionTables";

/**
 * Deletes the items whose time to live is over. The region that wrote an item deletes it, and the
 * delete replicates; a lost region's items wait for it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export async function expireItems(world: World, regions: readonly RegionTables[]): Promise<void> {
    const nowMs = world.clock.now();
    for (const tables of regions) {
        if (world.faults.blackedOut(tables.region)) {
            continue;
        }
        for (const replica of tables.replicas.values()) {
            const { ttlAttribute, regions: holders } = replica.definition;
            if (ttlAttribute === undefined) {
                continue;
            }
            await tables.expire(replica, ({ image, version }) => {
                const writer = holders.includes(version.region) ? version.region : holders[0];
                return (
                    writer === tables.region && Number(image?.[ttlAttribute]?.["N"]) * 1000 <= nowMs
                );
            });
        }
    }
}
