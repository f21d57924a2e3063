import { EventStream } from "../events/eventStream";
import { readEnvironment } from "./environment";
import { Media } from "./media";
import { OrderArchive } from "./orderArchive";
import { OrderEvents } from "./orderEvents";
import { createServer } from "./server";
import { ServiceState } from "./serviceState";
import { Table } from "./table";

/** Longest wait for requests in flight and for the archive; under ECS's stopTimeout of 30 s. */
const drainMs = 20_000;
/** Part of it that orders may take to their archive and events to their stream once the last request is answered. */
const afterwardsMs = 5000;

async function main(): Promise<void> {
    const environment = readEnvironment(process.env);
    const table = new Table(environment.TABLE_NAME, environment.REGION);
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
    const server = createServer(environment, table, state, { media, archive, events });

    const drain = (signal: string): void => {
        server.log.info({ signal }, "draining");
        setTimeout(() => process.exit(1), drainMs).unref();
        state.stop();
        void server
            .close()
            .then(() => Promise.all([archive.drain(afterwardsMs), events.drain(afterwardsMs)]))
            .then(() => {
                media.close();
                table.close();
                process.exit(0);
            });
    };
    process.once("SIGTERM", drain);
    process.once("SIGINT", drain);

    await server.listen({ port: environment.PORT, host: "0.0.0.0" });
    await state.start();
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});
