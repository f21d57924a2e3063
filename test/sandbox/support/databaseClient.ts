import net from "node:net";
import path from "node:path";

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { Signing } from "../../../runtime/service/connectToken";
import { Certificates } from "../../../sandbox/world/certificates";
import { secretAccessKey } from "../../../sandbox/world/credentials";
import { Databases } from "../../../sandbox/world/databases/databases";
import { Metrics } from "../../../sandbox/world/metrics";
import type { StoredResource } from "../../../sandbox/world/store";
import { worldPorts } from "../../support/smallWorld";
import { Account, givenRole } from "./account";
import { createGlobal, globalId, types } from "./databases";

export const setUpFile = path.join(__dirname, "../../../runtime/service/database/setUp.sql");

/** A global database with the storefront's schema, a role that may use it, and its certificates. */
export interface RunningDatabase {
    readonly account: Account;
    readonly databases: Databases;
    readonly certificates: Certificates;
    /** ARN of a task's role that may connect as `storefront` in every region. */
    readonly role: string;
    readonly cluster: (region: string) => StoredResource;
    stop(): Promise<void>;
}

export async function runDatabase(regions: readonly string[]): Promise<RunningDatabase> {
    const account = new Account({}, await worldPorts());
    const certificates = await Certificates.open(account.world.home);
    const databases = new Databases(account.world, {
        certificates,
        metrics: new Metrics(account.world.clock),
        setUp: setUpFile,
    });
    await databases.start();
    await createGlobal(account, regions, { iamDatabaseAuthenticationEnabled: true });
    await databases.settled();
    const cluster = (region: string): StoredResource => {
        const found = account.world.store.get(types.cluster, region, `shop-${region}`);
        if (found === undefined) {
            throw new Error(`no cluster in ${region}`);
        }
        return found;
    };
    const role = givenRole(account, "storefront", "ecs-tasks.amazonaws.com");
    permit(
        account,
        "storefront",
        regions.map(
            (region) =>
                `arn:aws:rds-db:${region}:111122223333:dbuser:${String(cluster(region).outputs["clusterResourceId"])}/storefront`,
        ),
    );
    return {
        account,
        databases,
        certificates,
        role,
        cluster,
        stop: async () => {
            await databases.stop();
            account.close();
        },
    };
}

/** Lets a role connect to databases, by resource. */
export function permit(account: Account, role: string, resources: readonly string[]): void {
    account.given(
        "aws:iam/rolePolicy:RolePolicy",
        `${role}:database`,
        {
            role,
            policy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [{ Effect: "Allow", Action: "rds-db:connect", Resource: resources }],
            }),
        },
        "global",
    );
}

/** What a task signs with. */
export function signingAs(role: string): Signing {
    return new DynamoDBClient({
        region: "us-east-1",
        credentials: { accessKeyId: "ASIATEST", secretAccessKey, sessionToken: role },
    }).config;
}

/** Connections that leave from inside a region, and find their way as in a task. */
export function connectionFrom({ account, certificates }: RunningDatabase, region: string) {
    const { network } = account.world;
    return {
        ssl: { ca: certificates.caPem, rejectUnauthorized: true },
        stream: () => {
            const socket = new net.Socket();
            // PostgreSQL's client connects the socket that it is given.
            const reach = socket.connect.bind(socket) as (
                options: net.TcpSocketConnectOpts,
            ) => net.Socket;
            const connect = (port: number, host: string): net.Socket => {
                const [address] = network.resolveAwsName(host) ?? [];
                if (address === undefined) {
                    process.nextTick(() =>
                        socket.destroy(Object.assign(new Error(host), { code: "ENOTFOUND" })),
                    );
                    return socket;
                }
                return reach({
                    host: address,
                    port: network.portFor(port),
                    localAddress: network.egressAddress(region),
                });
            };
            return Object.assign(socket, { connect });
        },
    };
}

/** Changes the writer, and waits until it is done. */
export async function switchOver(
    { account, databases, cluster }: RunningDatabase,
    to: string,
): Promise<void> {
    // A copy that is cut off, or just was, would have the switchover given up.
    const from = databases.server(cluster(databases.writer(globalId) ?? ""));
    await databases.server(cluster(to))?.applied((await from?.position()) ?? 0n);
    databases.switchover(globalId, String(cluster(to).outputs["arn"]));
    while (databases.roleChange(globalId) !== undefined) {
        await account.world.clock.sleep(50);
    }
    if (databases.writer(globalId) !== to) {
        throw new Error(`the writer is in ${databases.writer(globalId)}, not in ${to}`);
    }
}
