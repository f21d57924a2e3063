import type { NetworkResponse } from "../network";
import type { World } from "../world";
import type { Connection, Exchange } from "./connection";

/** World milliseconds before the second attempt, and as much again at random. */
const retryMs = 200;

/** What came of an exchange, after any second attempt. */
export interface Attempted {
    /** The last answer. */
    readonly response: NetworkResponse | undefined;
    readonly attempts: number;
    /** Why it is not done: the last attempt's error. */
    readonly problem: string | undefined;
}

/**
 * Sends it, and once more when the connection failed or the server did. Everything a shopper sends
 * is safe to repeat: a read, a PUT of the whole value, or a POST with a key of its own.
 */
export async function attempt(
    world: Pick<World, "clock" | "random">,
    exchange: Exchange,
    connection: Connection,
    isDone: (response: NetworkResponse) => boolean,
): Promise<Attempted> {
    let response: NetworkResponse | undefined;
    let problem: string | undefined;
    for (let attempts = 1; attempts <= 2; attempts++) {
        response = undefined;
        try {
            response = await connection.exchange(exchange);
            problem = isDone(response) ? undefined : `status ${response.status}`;
        } catch (error) {
            problem = error instanceof Error ? error.message : String(error);
        }
        if (problem === undefined) {
            return { response, attempts, problem };
        }
        if (attempts === 1) {
            await world.clock.sleep(retryMs * (1 + world.random()));
        }
    }
    return { response, attempts: 2, problem };
}

export function isServed({ status }: Pick<NetworkResponse, "status">): boolean {
    return status < 500;
}

export function isAcknowledged({ status }: Pick<NetworkResponse, "status">): boolean {
    return status >= 200 && status < 300;
}

export function headerOf(
    response: Pick<NetworkResponse, "headers"> | undefined,
    name: string,
): string | undefined {
    const value = response?.headers[name];
    return typeof value === "string" ? value : value?.[0];
}
