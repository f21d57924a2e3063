import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createClient } from "@redis/client";

import { cacheToken } from "../../../runtime/service/connectToken";
import { secretAccessKey } from "../../../sandbox/world/credentials";
import type { World } from "../../../sandbox/world/world";

export interface ClientOptions {
    readonly region: string;
    /** Endpoint's name. */
    readonly host: string;
    readonly ca: string;
    readonly groupId: string;
    readonly user?: string;
    /** @default a token of IAM for the group */
    readonly password?: string;
    /** @default 3 */
    readonly protocol?: 2 | 3;
}

const signing = {
    credentials: async () => ({ accessKeyId: "ASIATEST", secretAccessKey }),
} as const;

/** A token for a group as a task in the region makes it. */
export async function tokenFor(options: {
    readonly region: string;
    readonly groupId: string;
    readonly user?: string;
    readonly atMs: number;
}): Promise<string> {
    const client = new DynamoDBClient({ region: options.region });
    const token = await cacheToken(
        {
            region: options.region,
            cacheId: options.groupId,
            user: options.user ?? "storefront",
            at: new Date(options.atMs),
        },
        { ...signing, sha256: client.config.sha256 },
    );
    client.destroy();
    return token;
}

/** A connected client in the region; rejects when it is not let in. */
export async function connectCache(world: World, options: ClientOptions) {
    const { network } = world;
    const [address = ""] = network.resolveAwsName(options.host) ?? [];
    const password = options.password ?? (await tokenFor({ ...options, atMs: world.clock.now() }));
    const client = createClient({
        RESP: options.protocol ?? 3,
        socket: {
            tls: true,
            host: address,
            port: network.portFor(6379),
            servername: options.host,
            ca: options.ca,
            reconnectStrategy: false,
            // The client hands it on to Node, and leaves it out of its types.
            ...{ localAddress: network.egressAddress(options.region) },
        },
        username: options.user ?? "storefront",
        password,
    });
    client.on("error", () => undefined);
    await world.clock.io(() => client.connect());
    return client;
}

export type CacheClient = Awaited<ReturnType<typeof connectCache>>;
