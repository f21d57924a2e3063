import { CacheAside } from "./cache/cacheAside";
import { RedisStore } from "./cache/redisStore";
import { EventStream } from "../events/eventStream";
import { Database } from "./database/database";
import { readEnvironment } from "./environment";
import { Media } from "./media";
import { OrderArchive } from "./orderArchive";
import { OrderEvents } from "./orderEvents";
import { Payments } from "./payments";
import { Receipts } from "./receipts";
import { createServer } from "./server";
import { ServiceState } from "./serviceState";
import { StockLevels, type StockLevel } from "./stockLevels";
import { openStore } from "./store";
import { Table } from "./table";

/** Longest wait for requests in flight and for the archive; under ECS's stopTimeout of 30 s. */
const drainMs = 20_000;
/** Part of it that orders may take to their archive and events to their stream once the last request is answered. */
const afterwardsMs = 5000;
/** What browsing waits for at most, milliseconds: for the cache, and for cache and table together. */
const patience = { cacheMs: 100, stockMs: 750 };

async function main(): Promise<void> {
    const environment = readEnvironment(process.env);
    const table = new Table(environment.TABLE_NAME, environment.REGION);
    const store = openStore(environment);
    const state = new ServiceState(environment.STATE_NAME, (evacuated) =>
        server.log.warn({ evacuated }, evacuated ? "voted out of service" : "back in service"),
    );
    const media = new Media(environment.MEDIA_BUCKET, environment.REGION);
    const archive = new OrderArchive({
        bucket: environment.ORDERS_BUCKET,
        region: environment.REGION,
        onLost: ({ orderId }, reason) =>
            server.log.error({ orderId, err: reason }, "order not archived; it is in the table"),
    });
    const events = new OrderEvents({
        stream: new EventStream(environment.EVENT_STREAM, environment.REGION, {
            connectMs: 1000,
            answerMs: 3000,
            attempts: 3,
        }),
        onLost: ({ id }, reason) =>
            server.log.error({ event: id, err: reason }, "event not emitted; the order stands"),
    });
    const cache = new RedisStore({
        name: environment.CACHE_NAME,
        region: environment.REGION,
        cacheId: environment.CACHE_ID,
        user: environment.CACHE_USER,
        signing: table.signing,
        onProblem: (problem) => server.log.debug({ err: problem }, "cache unreachable"),
    });
    const stock = new StockLevels({
        store,
        cache: new CacheAside<StockLevel>({
            store: cache,
            prefix: "catalogue:stock:",
            lifeSeconds: 30,
            timeoutMs: patience.cacheMs,
            breaker: {
                failures: 5,
                restMs: 5000,
                onChange: (open) =>
                    server.log.warn({ open }, open ? "cache given up for now" : "cache back"),
            },
        }),
        regions: environment.REGIONS,
        timeoutMs: patience.stockMs,
    });
    const database = new Database({
        region: environment.REGION,
        writerName: environment.DATABASE_WRITER,
        readerName: environment.DATABASE_READER,
        database: environment.DATABASE,
        user: environment.DATABASE_USER,
        signing: table.signing,
    });
    const receipts = new Receipts({
        secret: environment.RECEIPT_KEYS,
        region: environment.REGION,
        onProblem: (problem) => server.log.warn({ err: problem }, "keys of receipts unreadable"),
    });
    const server = createServer(environment, table, state, {
        store,
        media,
        archive,
        events,
        stock,
        payments: new Payments(database),
        receipts,
    });

    const drain = (signal: string): void => {
        server.log.info({ signal }, "draining");
        setTimeout(() => process.exit(1), drainMs).unref();
        state.stop();
        void server
            .close()
            .then(() => Promise.all([archive.drain(afterwardsMs), events.drain(afterwardsMs)]))
            .then(() => database.close().catch(() => undefined))
            .then(() => {
                media.close();
                cache.stop();
                receipts.stop();
                store.close();
                table.close();
                process.exit(0);
            });
    };
    process.once("SIGTERM", drain);
    process.once("SIGINT", drain);

    await server.listen({ port: environment.PORT, host: "0.0.0.0" });
    await Promise.all([state.start(), cache.start(), receipts.start()]);
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});
