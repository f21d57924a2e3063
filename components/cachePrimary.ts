import {
    DescribeGlobalReplicationGroupsCommand,
    ElastiCacheClient,
    FailoverGlobalReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import * as pulumi from "@pulumi/pulumi";

export interface CachePrimaryInputs {
    readonly datastoreId: string;
    /** Region whose member takes writes. */
    readonly primary: string;
    /** Ids of the members' replication groups, by region. */
    readonly members: Readonly<Record<string, string>>;
}

export interface CachePrimaryArgs {
    readonly datastoreId: pulumi.Input<string>;
    readonly primary: string;
    readonly members: Readonly<Record<string, pulumi.Input<string>>>;
}

/** How often a datastore is asked whether it is settled, milliseconds, and how often at most. */
const poll = { everyMs: 1000, most: 600 };

interface Roles {
    /** Region of the primary, if there is one. */
    readonly primary: string | undefined;
    /** Whether the datastore is between two states. */
    readonly moving: boolean;
}

// A dynamic provider is shipped with the state, by value: what it uses is in this file or a package.

/** Asked in the primary-to-be's own region: it is there, or there is nothing to do. */
async function rolesOf(client: ElastiCacheClient, datastoreId: string): Promise<Roles> {
    const { GlobalReplicationGroups } = await client.send(
        new DescribeGlobalReplicationGroupsCommand({
            GlobalReplicationGroupId: datastoreId,
            ShowMemberInfo: true,
        }),
    );
    const [datastore] = GlobalReplicationGroups ?? [];
    return {
        primary: datastore?.Members?.find(({ Role }) => Role === "PRIMARY")?.ReplicationGroupRegion,
        moving: !["available", "primary-only"].includes(datastore?.Status ?? ""),
    };
}

/** Waits until nothing moves any more. */
async function settledRoles(client: ElastiCacheClient, datastoreId: string): Promise<Roles> {
    for (let attempt = 0; attempt < poll.most; attempt++) {
        const roles = await rolesOf(client, datastoreId);
        if (!roles.moving) {
            return roles;
        }
        await new Promise((resolve) => setTimeout(resolve, poll.everyMs));
    }
    throw new Error(
        `global datastore ${datastoreId} did not settle within ${(poll.most * poll.everyMs) / 1000} s; look at it in ElastiCache, then run the update again`,
    );
}

/** Makes the region the primary unless it is, by itself or by whoever did it meanwhile. */
async function ensurePrimary(inputs: CachePrimaryInputs): Promise<void> {
    const { datastoreId, primary, members } = inputs;
    const client = new ElastiCacheClient({ region: primary, maxAttempts: 4 });
    try {
        const before = await settledRoles(client, datastoreId);
        if (before.primary === primary) {
            return;
        }
        await client.send(
            new FailoverGlobalReplicationGroupCommand({
                GlobalReplicationGroupId: datastoreId,
                PrimaryRegion: primary,
                PrimaryReplicationGroupId: members[primary],
            }),
        );
        const after = await settledRoles(client, datastoreId);
        if (after.primary !== primary) {
            throw new Error(
                `the primary of global datastore ${datastoreId} is ${after.primary ?? "nowhere"} and not ${primary} after the failover; run the update again`,
            );
        }
    } finally {
        client.destroy();
    }
}

export const cachePrimaryProvider: pulumi.dynamic.ResourceProvider<
    CachePrimaryInputs,
    CachePrimaryInputs
> = {
    create: async (inputs) => {
        await ensurePrimary(inputs);
        return { id: inputs.datastoreId, outs: inputs };
    },
    diff: async (_id, olds, news) => ({
        changes:
            JSON.stringify([olds.datastoreId, olds.primary, olds.members]) !==
            JSON.stringify([news.datastoreId, news.primary, news.members]),
        replaces: olds.datastoreId === news.datastoreId ? [] : ["datastoreId"],
        stables: ["datastoreId"],
    }),
    update: async (_id, _olds, news) => {
        await ensurePrimary(news);
        return { outs: news };
    },
    read: async (id, props) => {
        if (props === undefined) {
            return { id };
        }
        const client = new ElastiCacheClient({ region: props.primary, maxAttempts: 4 });
        try {
            const { primary } = await rolesOf(client, props.datastoreId);
            return { id, props: { ...props, primary: primary ?? props.primary } };
        } finally {
            client.destroy();
        }
    },
    // The role goes with the datastore.
    delete: async () => undefined,
};

/**
 * Who is primary of a global datastore: one value with one owner. Everything else in the program is
 * the same whoever it is, so that a failover changes this and nothing else, and a preview afterwards is
 * empty. It asks before it acts: what AWS or somebody did by hand is taken over as it is.
 *
 * What the old primary had not replicated is lost. For a cache that is no loss of data: the next reader
 * finds it in the table.
 *
 * Its calls go to the new primary's region alone, with the credentials of the environment.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_FailoverGlobalReplicationGroup.html
 */
export class CachePrimary extends pulumi.dynamic.Resource {
    constructor(name: string, args: CachePrimaryArgs, opts?: pulumi.CustomResourceOptions) {
        super(cachePrimaryProvider, name, { ...args }, opts, "meridian", "CachePrimary");
    }
}
