import type { WorldClock } from "../clock";
import type { Exchange } from "./connection";
import type { Write } from "./ledger";
import { changeOf, pathOf as pathOfProfile } from "./profile";

/** What became of the acknowledged writes. */
export interface Verification {
    readonly acknowledged: number;
    /** Number of writes that the application does not know any more, or knows otherwise. */
    readonly lost: number;
    readonly lostWrites: readonly Write[];
    /** Number of writes that could not be asked for: no answer, or only errors. */
    readonly unverified: number;
    readonly unverifiedWrites: readonly Write[];
}

/** Answer of the application; none when it gave none. */
export type Reader = (
    exchange: Exchange,
) => Promise<{ readonly status: number; readonly body: Buffer } | undefined>;

/** Looks this often for a write before it counts as lost; replication needs its second. */
const attempts = 5;
const waitMs = 1000;
const atOnce = 8;

type Verdict = "kept" | "lost" | "unverified";

/** What became of writes that have to be found in several places, from what became of them in each. */
export function verifiedEverywhere(
    writes: readonly Write[],
    found: readonly Verification[],
): Verification {
    const lost = new Set(found.flatMap(({ lostWrites }) => lostWrites));
    const unverified = new Set(found.flatMap(({ unverifiedWrites }) => unverifiedWrites));
    return verificationOf(writes, (write) =>
        lost.has(write) ? "lost" : unverified.has(write) ? "unverified" : "kept",
    );
}

/** Reads each acknowledged write back, each cart once for all its lines, and each profile for all its changes. */
export async function verifyWrites(
    writes: readonly Write[],
    read: Reader,
    clock: Pick<WorldClock, "sleep">,
): Promise<Verification> {
    const groups = new Map<string, Write[]>();
    for (const write of writes) {
        const path = pathOf(write);
        groups.set(path, [...(groups.get(path) ?? []), write]);
    }
    const verdicts = new Map<Write, Verdict>();
    const open = [...groups];
    const worker = async (): Promise<void> => {
        for (let next = open.pop(); next !== undefined; next = open.pop()) {
            await verifyGroup(...next, verdicts, read, clock);
        }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));

    return verificationOf(writes, (write) => verdicts.get(write));
}

function verificationOf(
    writes: readonly Write[],
    verdictOf: (write: Write) => Verdict | undefined,
): Verification {
    const [lostWrites, unverifiedWrites] = (["lost", "unverified"] as const).map((verdict) =>
        writes.filter((write) => verdictOf(write) === verdict),
    ) as [Write[], Write[]];
    return {
        acknowledged: writes.length,
        lost: lostWrites.length,
        lostWrites,
        unverified: unverifiedWrites.length,
        unverifiedWrites,
    };
}

async function verifyGroup(
    path: string,
    writes: readonly Write[],
    verdicts: Map<Write, Verdict>,
    read: Reader,
    clock: Pick<WorldClock, "sleep">,
): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
        const answer = await read({ method: "GET", path });
        for (const write of writes) {
            verdicts.set(write, verdictOn(write, answer));
        }
        if (writes.every((write) => verdicts.get(write) === "kept")) {
            return;
        }
        if (attempt < attempts) {
            await clock.sleep(waitMs);
        }
    }
}

function pathOf(write: Write): string {
    switch (write.kind) {
        case "order":
            return `/orders/${write.orderId}`;
        case "payment":
            return `/orders/${write.orderId}/payment`;
        case "cart-line":
            return `/carts/${write.cart}`;
        case "profile":
            return pathOfProfile(write.profile);
    }
}

function verdictOn(write: Write, answer: Awaited<ReturnType<Reader>>): Verdict {
    if (answer?.status === 404) {
        return "lost";
    }
    if (answer?.status !== 200) {
        return "unverified";
    }
    const found = parse(answer.body);
    if (found === undefined) {
        return "unverified";
    }
    if (write.kind === "order") {
        return found["orderId"] === write.orderId && found["cartId"] === write.cart
            ? "kept"
            : "lost";
    }
    if (write.kind === "payment") {
        return found["orderId"] === write.orderId && found["amount"] === write.amount
            ? "kept"
            : "lost";
    }
    if (write.kind === "profile") {
        return (changeOf(found["name"]) ?? 0) >= write.change ? "kept" : "lost";
    }
    const items = Array.isArray(found["items"])
        ? (found["items"] as Record<string, unknown>[])
        : [];
    return items.some((item) => item["sku"] === write.sku && item["quantity"] === write.quantity)
        ? "kept"
        : "lost";
}

function parse(body: Buffer): Record<string, unknown> | undefined {
    try {
        return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
    } catch {
        return undefined;
    }
}
