import { cacheIdOf, cacheUser } from "./cacheSettings";
import { databaseName, databaseUser } from "./databaseSettings";
import { domainNames } from "./domainNames";
import { eventStreamName } from "./eventNames";
import { receiptKeysName } from "./receiptKeyNames";

export interface ServiceEnvironmentArgs {
    readonly region: string;
    readonly regions: readonly string[];
    readonly domain: string;
    readonly tableName: string;
    readonly mediaBucket: string;
    readonly ordersBucket: string;
    readonly containerPort: number;
}

/** What the storefront's tasks are told: names, and nothing that is secret or that a failover changes. */
export function serviceEnvironment(args: ServiceEnvironmentArgs): Readonly<Record<string, string>> {
    const names = domainNames(args.domain);
    const database = names.database(args.region);
    return {
        PORT: String(args.containerPort),
        REGION: args.region,
        REGIONS: [...args.regions].sort().join(","),
        TABLE_NAME: args.tableName,
        MEDIA_BUCKET: args.mediaBucket,
        ORDERS_BUCKET: args.ordersBucket,
        EVENT_STREAM: eventStreamName,
        STATE_NAME: names.state(args.region),
        CACHE_NAME: names.cache(args.region),
        CACHE_ID: cacheIdOf(args.region),
        CACHE_USER: cacheUser,
        DATABASE_WRITER: database.writer,
        DATABASE_READER: database.reader,
        DATABASE: databaseName,
        DATABASE_USER: databaseUser,
        WRITE_NAME: names.write,
        REGION_HOST: names.origin("*"),
        RECEIPT_KEYS: receiptKeysName,
        LOG_LEVEL: "info",
    };
}
