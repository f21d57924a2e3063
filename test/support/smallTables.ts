import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { ApiServer } from "../../sandbox/world/api/server";
import { DynamoDbApi } from "../../sandbox/world/api/dynamodb";
import { Tables } from "../../sandbox/world/tables/tables";
import { RecordedMetrics, type SmallWorld } from "./smallWorld";

export interface SmallTables {
    readonly tables: Tables;
    /** A client at the operator's endpoint, as the account's administrator or as a role. */
    client(region: string, roleArn?: string): DynamoDBClient;
    stop(): Promise<void>;
}

/** Starts DynamoDB and its API in a world. */
export async function startTables(world: SmallWorld): Promise<SmallTables> {
    const tables = new Tables(world, { metrics: new RecordedMetrics() });
    const api = new ApiServer(world, [new DynamoDbApi(world, tables)]);
    await tables.start();
    await api.start();
    const clients: DynamoDBClient[] = [];
    return {
        tables,
        client: (region, roleArn) => {
            const client = new DynamoDBClient({
                region,
                endpoint: api.url,
                credentials: {
                    accessKeyId: "AKIDEXAMPLE",
                    secretAccessKey: "secret",
                    ...(roleArn === undefined ? {} : { sessionToken: roleArn }),
                },
                maxAttempts: 1,
            });
            clients.push(client);
            return client;
        },
        stop: async () => {
            clients.forEach((client) => client.destroy());
            await api.stop();
            await tables.stop();
        },
    };
}
