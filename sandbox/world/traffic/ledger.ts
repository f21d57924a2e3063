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
      }
    | {
          readonly kind: "profile";
          readonly profile: string;
          /** A later change of the same profile, which is written over it, has a greater number. */
          readonly change: number;
          readonly by: Acknowledgement;
      };

export interface Acknowledgement {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** Region that answered. */
    readonly region: string | undefined;
}

/**
 * Every acknowledged write. No write is made twice with another value, but for profiles, of which a later
 * change may be there in its place: what was acknowledged has to be there for good, and no order of arrival
 * can excuse its absence. Reservations are not among them: the application offers no way to read one.
 */
export class Ledger {
    readonly #writes: Write[] = [];
    readonly #payments: Write[] = [];
    readonly #profiles: Write[] = [];

    add(write: Write): void {
        this.#listOf(write).push(write);
    }

    /** Everything but payments and changes of profiles. */
    get writes(): readonly Write[] {
        return this.#writes;
    }

    /** What is kept in the database, which promises something else in the loss of a region. */
    get payments(): readonly Write[] {
        return this.#payments;
    }

    /** What is kept at its home, and has to be found in every region. */
    get profiles(): readonly Write[] {
        return this.#profiles;
    }

    #listOf({ kind }: Write): Write[] {
        switch (kind) {
            case "payment":
                return this.#payments;
            case "profile":
                return this.#profiles;
            case "cart-line":
            case "order":
                return this.#writes;
        }
    }
}
