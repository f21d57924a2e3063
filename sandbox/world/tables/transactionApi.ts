import type { WorldClock } from "../clock";
import { AwsError } from "../../aws/awsError";
import type { AttributeMap, TableEngine } from "./engine";
import { tableNameOf } from "./writes";

type Input = Readonly<Record<string, unknown>>;

/** How long a token makes a repeated transaction do nothing, world milliseconds. */
const tokenMs = 10 * 60_000;

/**
 * Client request tokens: the SDK repeats a transaction under the same token, and it must happen once.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export class TransactionTokens {
    readonly #seen = new Map<
        string,
        { readonly request: string; readonly untilMs: number; readonly done: boolean }
    >();

    constructor(private readonly clock: WorldClock) {}

    async once(
        region: string,
        input: Input,
        run: () => Promise<void>,
    ): Promise<Record<string, never>> {
        const token = input["ClientRequestToken"];
        if (typeof token !== "string") {
            await run();
            return {};
        }
        const nowMs = this.clock.now();
        const request = JSON.stringify(input["TransactItems"]);
        const seen = this.#seen.get(`${region}|${token}`);
        if (seen !== undefined && seen.untilMs > nowMs) {
            if (seen.request !== request) {
                throw new AwsError(
                    "IdempotentParameterMismatchException",
                    "Request parameters do not match the ones of the request this token was used for",
                );
            }
            if (!seen.done) {
                // The SDK takes this for a reason to ask again.
                throw new AwsError(
                    "TransactionInProgressException",
                    "The transaction with the given request token is already in progress",
                );
            }
            return {};
        }
        const key = `${region}|${token}`;
        this.#seen.set(key, { request, untilMs: nowMs + tokenMs, done: false });
        try {
            await run();
        } catch (error) {
            this.#seen.delete(key);
            throw error;
        }
        this.#seen.set(key, { request, untilMs: nowMs + tokenMs, done: true });
        return {};
    }
}

/** Runs `TransactGetItems`. */
export async function transactGet(
    engine: TableEngine,
    input: Input,
): Promise<{ Responses: { Item?: AttributeMap }[] }> {
    const items = (input["TransactItems"] ?? []) as readonly { readonly Get: Input }[];
    const Responses = await Promise.all(
        items.map(({ Get }) =>
            engine.call<{ Item?: AttributeMap }>("GetItem", {
                ...Get,
                TableName: tableNameOf(Get["TableName"]),
                ConsistentRead: true,
            }),
        ),
    );
    return { Responses };
}
