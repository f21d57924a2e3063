import type { Step } from "./visit";

/** What became of the receipt of an order that a shopper showed. */
export interface ShownReceipt {
    /** Region that issued it, as it said itself. */
    readonly issuedBy: string | undefined;
    /** Whether the region that it was shown to took it for what it is. */
    readonly honoured: boolean;
}

/** One thing a shopper did and what came of it, after any second attempt. */
export interface TrafficSample {
    /** World time of the click, milliseconds since the epoch. */
    readonly atMs: number;
    /** Code of the shopper's geography. */
    readonly geography: string;
    /** Region that answered, as it says itself; undefined when none did. */
    readonly region: string | undefined;
    readonly step: Step["name"];
    /** Whether the shopper got an answer that is not the server's failure; of a payment or a profile's change, whether it was made. */
    readonly ok: boolean;
    /** Status of the last answer. */
    readonly status: number | undefined;
    /** Why it is not ok: the last attempt's error. */
    readonly problem: string | undefined;
    /** World milliseconds from the click to the end. */
    readonly latencyMs: number;
    /** 1 or 2; with a profile, of all the requests that it took. */
    readonly attempts: number;
    /** Whether the shopper is one of those whose resolver ignores TTLs. */
    readonly stale: boolean;
    /** Present where the application said that what this shopper had seen was still on its way to the region. */
    readonly arriving?: true;
    /** Absent where no receipt was shown, or no answer says what became of it. */
    readonly receipt?: ShownReceipt;
}
