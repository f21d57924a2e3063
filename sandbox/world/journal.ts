/** Which kind of system a call needed: one that changes configuration, or one that serves. */
export type Plane = "control" | "data";

/** One API call or data-plane request, as the world saw it. */
export interface CallRecord {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** Who called, such as `pulumi:eu-west-1`, `service:us-east-1`, `checker:sa-east-1`, `shopper:in`. */
    readonly caller: string;
    readonly plane: Plane;
    /** AWS service, such as `s3`, `route53`, or `http` for the application itself. */
    readonly service: string;
    /** API action, such as `PutObject`, or method and path for the application itself. */
    readonly action: string;
    /** Where the plane that was called lives: the region that has to be alive for the call to work. */
    readonly region: string;
    readonly outcome: "ok" | "refused" | "failed" | "timeout";
}

/** The world's record of every call; the drill's claims are queries on it. */
export class Journal {
    readonly #records: CallRecord[] = [];

    add(record: CallRecord): void {
        this.#records.push(record);
    }

    /** A position to pass to `since`. */
    mark(): number {
        return this.#records.length;
    }

    since(mark: number, until: number = this.#records.length): readonly CallRecord[] {
        return this.#records.slice(mark, until);
    }
}
