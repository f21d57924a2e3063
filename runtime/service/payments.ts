import type { Database } from "./database/database";

export interface Payment {
    readonly orderId: string;
    /** In minor units of the currency. */
    readonly amount: number;
    readonly currency: string;
    /** Region that took it. */
    readonly region: string;
    /** ISO 8601. */
    readonly paidAt: string;
}

interface Row {
    readonly order_id: string;
    readonly amount: number;
    readonly currency: string;
    readonly region: string;
    readonly paid_at: Date;
}

const columns = "order_id, amount, currency, region, paid_at";

/**
 * Payments in the global database, one for each order. The constraint decides, in the one place that
 * writes: a repetition, from whatever region and after whatever switchover, finds the first payment.
 */
export class Payments {
    constructor(private readonly database: Pick<Database, "read" | "write">) {}

    /**
     * Takes the payment, or finds the one that was taken before.
     *
     * @throws NotWriterError, DatabaseUnavailableError
     */
    async take(payment: Payment): Promise<{ readonly payment: Payment; readonly isNew: boolean }> {
        const { orderId, amount, currency, region, paidAt } = payment;
        const [made] = await this.database.write<Row>(
            `INSERT INTO payments (${columns}) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (order_id) DO NOTHING RETURNING ${columns}`,
            [orderId, amount, currency, region, paidAt],
        );
        if (made !== undefined) {
            return { payment: paymentOf(made), isNew: true };
        }
        // Where it was written: the region's copy may not have it yet.
        const [before] = await this.database.write<Row>(
            `SELECT ${columns} FROM payments WHERE order_id = $1`,
            [orderId],
        );
        if (before === undefined) {
            throw new Error(`the payment of order ${orderId} is there and cannot be read`);
        }
        return { payment: paymentOf(before), isNew: false };
    }

    /** The payment as the region's copy has it. @throws DatabaseUnavailableError */
    async find(orderId: string): Promise<Payment | undefined> {
        const [row] = await this.database.read<Row>(
            `SELECT ${columns} FROM payments WHERE order_id = $1`,
            [orderId],
        );
        return row === undefined ? undefined : paymentOf(row);
    }
}

function paymentOf(row: Row): Payment {
    return {
        orderId: row.order_id,
        amount: row.amount,
        currency: row.currency,
        region: row.region,
        paidAt: row.paid_at.toISOString(),
    };
}
