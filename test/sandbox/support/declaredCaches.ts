import { replicationGroupType } from "../../../sandbox/aws/elasticache/replicationGroup";
import { globalReplicationGroupType } from "../../../sandbox/aws/elasticache/globalReplicationGroup";
import { tokens } from "../../../sandbox/aws/elasticache/tokens";
import type { ResourceType, TypeContext } from "../../../sandbox/aws/resourceType";
import type { Props } from "../../../sandbox/world/store";
import type { SmallWorld } from "../../support/smallWorld";
import { primaryInputs, secondaryInputs } from "./caches";

/** Puts caches in the account by hand, as the control planes would have them; returns the datastore's id. */
export function declareCaches(
    world: SmallWorld,
    regions: {
        /** Regions of a datastore, its primary's first. */
        readonly datastore: readonly string[];
        readonly alone: readonly string[];
    },
): string {
    const put = (type: ResourceType, region: string, inputs: Props): string => {
        const context: TypeContext = {
            store: world.store,
            accountId: world.accountId,
            region,
            nowMs: world.clock.now(),
            unique: (length) => "0".repeat(length),
            logicalName: "cache",
        };
        const { id, outputs } = type.compute(inputs, context, undefined);
        world.store.put({ type: type.type, region, id, inputs, outputs });
        return id;
    };
    for (const region of [...regions.datastore, ...regions.alone]) {
        world.declare(tokens.user, region, "nobody", {
            userName: "default",
            accessString: "off -@all",
            noPasswordRequired: true,
        });
        world.declare(tokens.user, region, "storefront", {
            userName: "storefront",
            accessString: "on ~catalogue:* -@all +@connection +get +mget +set +del",
            authenticationMode: { type: "iam" },
        });
        world.declare(tokens.userGroup, region, "storefront", {
            userIds: ["nobody", "storefront"],
        });
    }
    for (const region of regions.alone) {
        put(replicationGroupType, region, primaryInputs(region));
    }
    const [home, ...others] = regions.datastore;
    if (home === undefined) {
        return "";
    }
    const primaryReplicationGroupId = put(replicationGroupType, home, primaryInputs(home));
    const id = put(globalReplicationGroupType, home, {
        globalReplicationGroupIdSuffix: "cache",
        primaryReplicationGroupId,
    });
    for (const region of others) {
        put(replicationGroupType, region, secondaryInputs(region, id));
    }
    return id;
}
