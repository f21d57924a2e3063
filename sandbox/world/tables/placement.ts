import { createTableInput, indexUpdates, type TableDefinition } from "./definition";
import type { ReplicationLink } from "./link";
import type { RegionTables } from "./regionTables";
import { Replica } from "./replica";

export interface PlacementHost {
    /** The regions that have had a table so far. */
    regions(): readonly RegionTables[];
    region(name: string): RegionTables;
    link(from: string, to: string): ReplicationLink;
}

/** Makes every table exist where the account says, and nowhere else. */
export class Placement {
    #generations = 0;

    constructor(private readonly host: PlacementHost) {}

    /** Makes the table exist in exactly these regions; none deletes it. */
    async place(definition: TableDefinition, regions: readonly string[]): Promise<void> {
        const { name } = definition;
        const holders = this.host
            .regions()
            .filter(({ replicas }) => replicas.get(name)?.definition.home === definition.home);
        const source = holders.find(({ region }) => regions.includes(region));
        const generation = source?.replicas.get(name)?.generation ?? ++this.#generations;
        for (const holder of holders) {
            if (!regions.includes(holder.region)) {
                holder.replicas.delete(name);
                await holder.exclusive(() => holder.engine.dropTable(name));
            }
        }
        for (const region of regions) {
            const tables = this.host.region(region);
            const replica = tables.replicas.get(name);
            if (replica === undefined) {
                await tables.engine.createTable(createTableInput(definition));
                tables.replicas.set(name, new Replica(definition, region, generation));
                await this.#seed(source, name, region);
            } else {
                for (const update of indexUpdates(replica.definition, definition)) {
                    await tables.exclusive(() => tables.engine.updateTable(update));
                }
                replica.definition = definition;
            }
        }
    }

    /** A new replica is sent everything an old one has, before anything that is written later. */
    async #seed(source: RegionTables | undefined, name: string, to: string): Promise<void> {
        await source?.exclusive(async () => {
            const replica = source.replicas.get(name);
            for (const entry of replica?.entries() ?? []) {
                this.host.link(source.region, to).send({
                    table: name,
                    generation: replica?.generation ?? 0,
                    entry,
                    seed: true,
                });
            }
        });
    }
}
