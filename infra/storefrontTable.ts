import type { GlobalTableArgs } from "../components/globalTable";

/** The storefront's table, with the keys that runtime/service uses. */
export const storefrontTable = {
    tableName: "meridian-storefront",
    hashKey: { name: "pk", type: "S" },
    rangeKey: { name: "sk", type: "S" },
    indexes: [
        {
            name: "gsi1",
            hashKey: { name: "gsi1pk", type: "S" },
            rangeKey: { name: "gsi1sk", type: "S" },
            projection: "ALL",
        },
    ],
    ttlAttribute: "expiresAt",
} as const satisfies Partial<GlobalTableArgs>;
