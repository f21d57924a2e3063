import { CacheAside } from "./cache/cacheAside";
import { RedisStore } from "./cache/redisStore";
import { readEnvironment } from "./environment";
import { createServer } from "./server";
import { ServiceState } from "./serviceState";
import { StockLevels, type StockLevel } from "./stockLevels";
import { Table } from "./table";

/** Longest wait for requests in flight; under ECS's stopTimeout of 30 s. */
const drainMs = 20_000;
/** What browsing waits for at most, milliseconds: for the cache, and for cache and table together. */
const patience = { cacheMs: 100, stockMs: 750 };

async function main(): Promise<void> {
    const environment = readEnvironment(process.env);
    const table = new Table(environment.TABLE_NAME, environment.REGION);
    const state = new ServiceState(environment.STATE_NAME, (evacuated) =>
        server.log.warn({ evacuated }, evacuated ? "voted out of service" : "back in service"),
    );
    const cache = new RedisStore({
        name: environment.CACHE_NAME,
        region: environment.REGION,
        cacheId: environment.CACHE_ID,
        user: environment.CACHE_USER,
        signing: table.signing,
        onProblem: (problem) => server.log.debug({ err: problem }, "cache unreachable"),
    });
    const stock = new StockLevels({
        table,
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
    const server = createServer(environment, table, state, { stock });

    const drain = (signal: string): void => {
        server.log.info({ signal }, "draining");
        setTimeout(() => process.exit(1), drainMs).unref();
        state.stop();
        void server.close().then(() => {
            cache.stop();
            table.close();
            process.exit(0);
        });
    };
    process.once("SIGTERM", drain);
    process.once("SIGINT", drain);

    await server.listen({ port: environment.PORT, host: "0.0.0.0" });
    await Promise.all([state.start(), cache.start()]);
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});
