import { fastify, type FastifyInstance } from "fastify";

import type { Environment } from "./environment";
import { RequestError } from "./errors";
import type { Media } from "./media";
import type { OrderArchive } from "./orderArchive";
import type { OrderEvents } from "./orderEvents";
import { cartRoutes } from "./routes/carts";
import { catalogueRoutes } from "./routes/catalogue";
import { healthRoutes } from "./routes/health";
import type { Payments } from "./payments";
import { orderRoutes } from "./routes/orders";
import { paymentRoutes } from "./routes/payments";
import { profileRoutes } from "./routes/profiles";
import { stockRoutes } from "./routes/stock";
import type { ServiceState } from "./serviceState";
import type { Receipts } from "./receipts";
import type { StockLevels } from "./stockLevels";
import type { GlobalDataStore } from "../store/globalDataStore";
import type { Table } from "./table";

/** What the storefront uses of the region beside the table: the store that is in it, its buckets, its stream, its cache, its database and its keys. */
export interface Surroundings {
    readonly store: Pick<GlobalDataStore, "apply" | "get" | "heardOwner" | "put" | "take">;
    readonly media: Pick<Media, "find">;
    readonly archive: Pick<OrderArchive, "keep">;
    readonly events: Pick<OrderEvents, "emit">;
    readonly stock: Pick<StockLevels, "of">;
    readonly payments: Pick<Payments, "take" | "find">;
    readonly receipts: Pick<Receipts, "issue" | "check">;
}

/** The storefront of one region: routes over what the region has, ready to listen. */
export function createServer(
    environment: Environment,
    table: Table,
    state: Pick<ServiceState, "evacuated">,
    { store, media, archive, events, stock, payments, receipts }: Surroundings,
): FastifyInstance {
    const { REGION: region, REGIONS: regions, WRITE_NAME: writeName } = environment;
    const server = fastify({
        logger: { level: environment.LOG_LEVEL },
        // Longer than the load balancer's own idle timeout of 60 s, so that it never reuses a
        // connection we are closing.
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
        keepAliveTimeout: 75_000,
        // A client that trickles its request in holds a connection, and nothing else, this long.
        requestTimeout: 30_000,
        // What the web ACL before us lets through, SizeRestrictions_BODY; an order of 50 products takes half.
        // https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html#aws-managed-rule-groups-baseline-crs
        bodyLimit: 8192,
        // Health checkers ask every few seconds; their lines would bury everybody else's.
        logController: new fastify.LogController({
            disableRequestLogging: (request) => request.url.startsWith("/health"),
        }),
        forceCloseConnections: "idle",
        return503OnClosing: true,
    });

    let draining = false;
    server.addHook("preClose", async () => {
        draining = true;
    });
    server.addHook("onSend", async (_request, reply) => {
        reply.header("x-served-by", region);
        // What does not say that it is for everybody is somebody's own, or may change at any moment.
        if (!reply.hasHeader("cache-control")) {
            reply.header("cache-control", "no-store");
        }
        // DNS has moved on, but a kept-alive connection never asks DNS again; and one that is kept
        // after the last answer would hold up the end of the process.
        if (state.evacuated || draining) {
            reply.header("connection", "close");
        }
    });

    server.setErrorHandler(
        (error: Error & { statusCode?: number; code?: string }, request, reply) => {
            const statusCode = error.statusCode ?? 500;
            if (statusCode >= 500) {
                request.log.error({ err: error }, "request failed");
            }
            return reply.code(statusCode).send({
                error:
                    error instanceof RequestError
                        ? error.code
                        : statusCode < 500
                          ? "bad-request"
                          : "failed",
                message:
                    statusCode < 500 ? error.message : "the request failed; it is safe to repeat",
            });
        },
    );

    healthRoutes(server, table, region);
    catalogueRoutes(server, media, stock);
    cartRoutes(server, store);
    orderRoutes(server, table, { archive, events, receipts }, region);
    paymentRoutes(server, payments, { region, writeName });
    profileRoutes(server, store, { region, regionHost: environment.REGION_HOST });
    stockRoutes(server, store, region, regions);
    return server;
}
