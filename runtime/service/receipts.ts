import {
    GetSecretValueCommand,
    ResourceNotFoundException,
    SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";

import { awsClient } from "../awsClient";
import { parseKeyRing, type KeyRing } from "../receipts/keyRing";
import {
    checkReceipt,
    signReceipt,
    type ReceiptCheck,
    type ReceiptedOrder,
} from "../receipts/receipt";

/** How often the ring is read anew, and how often at most. */
const periodMs = 5 * 60_000;
const leastMs = 10_000;

export interface ReceiptsOptions {
    /** Name of the secret, the same in every region. */
    readonly secret: string;
    readonly region: string;
    /** Told when the ring cannot be read; receipts go on with the one before. */
    readonly onProblem?: (problem: unknown) => void;
    /** Milliseconds. @default the process' own clock */
    readonly now?: () => number;
}

/**
 * Receipts of orders, by the keys that this region's own copy of the secret has. Without keys orders are
 * taken all the same and get no receipt, so nothing waits for the secret at the start.
 */
export class Receipts {
    readonly #client: SecretsManagerClient;
    readonly #now: () => number;
    #ring: KeyRing | undefined;
    #reading: Promise<void> | undefined;
    #triedMs = Number.NEGATIVE_INFINITY;
    #timer: NodeJS.Timeout | undefined;

    constructor(private readonly options: ReceiptsOptions) {
        this.#now = options.now ?? Date.now;
        this.#client = new SecretsManagerClient(
            awsClient(options.region, { connectMs: 500, answerMs: 1500, attempts: 2 }),
        );
    }

    async start(): Promise<void> {
        this.#timer = setInterval(() => void this.#refresh(), periodMs);
        this.#timer.unref();
        await this.#refresh();
    }

    stop(): void {
        clearInterval(this.#timer);
        this.#client.destroy();
    }

    /** Undefined as long as there is no key to sign with, which no order waits for. */
    issue(order: ReceiptedOrder): string | undefined {
        if (this.#ring?.signing === undefined) {
            void this.#refresh();
            return undefined;
        }
        return signReceipt(order, this.#ring);
    }

    /**
     * What a receipt says. A key that is not known may be newer than the ring at hand, so the ring is read
     * anew before the receipt is refused; `unknown-key` also when there is no ring to be had.
     */
    async check(receipt: string): Promise<ReceiptCheck> {
        const verdict = this.#checkNow(receipt);
        if (verdict.kind !== "unknown-key") {
            return verdict;
        }
        await this.#refresh();
        return this.#checkNow(receipt);
    }

    #checkNow(receipt: string): ReceiptCheck {
        return checkReceipt(receipt, this.#ring ?? { keys: [] });
    }

    /** One read for all who wait for it. Made-up receipts must not become a flood of reads. */
    async #refresh(): Promise<void> {
        if (this.#reading === undefined && this.#now() - this.#triedMs >= leastMs) {
            this.#triedMs = this.#now();
            this.#reading = this.#read().finally(() => (this.#reading = undefined));
        }
        await this.#reading;
    }

    async #read(): Promise<void> {
        try {
            const { SecretString } = await this.#client.send(
                new GetSecretValueCommand({ SecretId: this.options.secret }),
            );
            this.#ring = parseKeyRing(SecretString ?? "");
        } catch (error) {
            // Not made yet: the stack that makes the secret comes after the regions.
            if (!(error instanceof ResourceNotFoundException)) {
                this.options.onProblem?.(error);
            }
        }
    }
}
