import type { Rehearsal } from "../rehearsal";
import type { Deployed, Evidence, Steady } from "./context";
import type { PaymentInputs } from "./systems";

/** The rehearsal whose shoppers pay for what they order: where the platform says that it writes. */
export function withPayments(rehearsal: Rehearsal, { global }: Deployed): Rehearsal {
    const startTraffic: Rehearsal["startTraffic"] = (names, options) =>
        rehearsal.startTraffic(
            names.application === global.applicationName
                ? { ...names, write: global.writeName }
                : names,
            options,
        );
    return new Proxy(rehearsal, {
        get: (target, name) => {
            const value: unknown = Reflect.get(target, name);
            return name === "startTraffic"
                ? startTraffic
                : typeof value === "function"
                  ? (value.bind(target) as unknown)
                  : value;
        },
    });
}

/** Every payment that a client was promised is there, or the report says how many are not. */
export async function paymentsPhase(
    { traffic }: Steady,
    known: Pick<PaymentInputs, "lagSeconds" | "database">,
): Promise<{ readonly payments: PaymentInputs; readonly evidence: Evidence }> {
    const kept = await traffic.verifyPayments();
    return {
        payments: { ...known, kept, samples: traffic.payments },
        evidence: { ...kept, ...known.database },
    };
}
