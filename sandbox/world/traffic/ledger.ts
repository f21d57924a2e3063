/** A write that the application acknowledged, and so promised to keep. */
export type Write =
    | {
          readonly kind: "cart-line";
          readonly cart: string;
          readonly sku: string;
          readonly quantity: number;
          readonly by: Acknowledgement;
      }
    | {
          readonly kind: "order";
          readonly orderId: string;
          readonly cart: string;
          readonly by: Acknowledgement;
      }
    | {
          readonly kind: "payment";
          readonly orderId: string;
          /** In minor units of the currency. */
          readonly amount: number;
          readonly by: Acknowledgement;
      };

export interface Acknowledgement {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** Region that answered. */
    readonly region: string | undefined;
}

/**
 * Every acknowledged write. No write is made twice with another value, so what was acknowledged has
 * to be there for good: no order of arrival can excuse its absence. Reservations are not among them:
 * the application offers no way to read one.
 */
export class Ledger {
    readonly #writes: Write[] = [];
    readonly #payments: Write[] = [];

    add(write: Write): void {
        (write.kind === "payment" ? this.#payments : this.#writes).push(write);
    }

    /** Everything but payments. */
    get writes(): readonly Write[] {
        return this.#writes;
    }

    /** What is kept in the database, which promises something else in the loss of a region. */
    get payments(): readonly Write[] {
        return this.#payments;
    }
}
