import { randomUUID } from "node:crypto";

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { messageOf } from "./errors";
import { known, type Known } from "./probes";

const patienceMs = 10_000;
const pollMs = 100;
/** The item removes itself, in case nobody else does. */
const lifetimeSeconds = 600;

/**
 * Measures replication as a user would notice it: one item written in each region, and the time until
 * every other region can read it. By the region that was written to.
 */
export async function measureLag(
    tableName: string,
    regions: readonly string[],
): Promise<Readonly<Record<string, Known<number>>>> {
    const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
    const clients = new Map(
        regions.map((region) => [region, new DynamoDBClient({ region, maxAttempts: 1 })]),
    );
    const entries = await Promise.all(
        regions.map(async (region): Promise<[string, Known<number>]> => [
            region,
            await lagFrom(region, clients, tableName),
        ]),
    );
    return Object.fromEntries(entries);
}

async function lagFrom(
    region: string,
    clients: ReadonlyMap<string, DynamoDBClient>,
    tableName: string,
): Promise<Known<number>> {
    const { DeleteItemCommand, GetItemCommand, PutItemCommand } =
        await import("@aws-sdk/client-dynamodb");
    const key = { pk: { S: `canary#${region}` }, sk: { S: randomUUID() } };
    const expiresAt = { N: String(Math.floor(Date.now() / 1000) + lifetimeSeconds) };
    const source = clients.get(region);
    const send = { abortSignal: AbortSignal.timeout(patienceMs) };
    try {
        await source?.send(
            new PutItemCommand({ TableName: tableName, Item: { ...key, expiresAt } }),
            send,
        );
        const written = performance.now();
        await Promise.all(
            [...clients]
                .filter(([name]) => name !== region)
                .map(async ([name, client]) => {
                    const get = new GetItemCommand({ TableName: tableName, Key: key });
                    while ((await client.send(get, send)).Item === undefined) {
                        if (performance.now() - written > patienceMs) {
                            throw new Error(
                                `${name} does not have it after ${patienceMs / 1000} s`,
                            );
                        }
                        await new Promise((resolve) => setTimeout(resolve, pollMs));
                    }
                }),
        );
        const seconds = (performance.now() - written) / 1000;
        await source?.send(new DeleteItemCommand({ TableName: tableName, Key: key }));
        return known(seconds);
    } catch (error) {
        return {
            kind: "unknown",
            reason: `a canary item written in ${region} cannot be followed: ${messageOf(error)}`,
        };
    }
}
