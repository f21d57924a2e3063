import type { Evidence, Steady } from "./context";
import type { PaymentInputs } from "./systems";

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
