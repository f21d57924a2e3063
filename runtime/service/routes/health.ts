import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import type { FastifyInstance } from "fastify";

import type { Table } from "../table";

/**
 * `/health` says that this process answers and nothing more: were it to ask the table, one slow
 * dependency would take every region out at once and DNS would fail open. `/health/deep` asks the
 * table, for observers and people.
 *
 * Without any table a region is not broken but being set up, and has no users yet: tables come after
 * the regions that use them. To call it failed would have every observer evacuate it.
 */
export function healthRoutes(server: FastifyInstance, table: Table, region: string): void {
    server.get("/health", async () => ({ status: "ok", region }));

    server.get("/health/deep", async (request, reply) => {
        try {
            await table.get({ pk: "HEALTH", sk: "HEALTH" });
            return { status: "ok", region, table: "ok" };
        } catch (error) {
            if (error instanceof ResourceNotFoundException) {
                return { status: "incomplete", region, table: "absent" };
            }
            request.log.error({ err: error }, "table unreachable");
            return reply.code(503).send({ status: "failed", region, table: "failed" });
        }
    });
}
