declare module "dynalite" {
    import type http from "node:http";

    /** A whole dynalite behind an HTTP server of its own. */
    const dynalite: (options?: {
        readonly createTableMs?: number;
        readonly deleteTableMs?: number;
        readonly updateTableMs?: number;
    }) => http.Server;
    export = dynalite;
}

/** The parts of dynalite that the engine uses: its store, its checks and its actions, without its HTTP server. */
declare module "dynalite/db" {
    export interface DynaliteStore {
        readonly options: { readonly maxItemSize: number };
        readonly tableDb: { awsAccountId: string; awsRegion: string };
    }
    export interface DynaliteError extends Error {
        readonly statusCode?: number;
        readonly body?: unknown;
    }
    export function create(options?: {
        readonly createTableMs?: number;
        readonly deleteTableMs?: number;
        readonly updateTableMs?: number;
    }): DynaliteStore;
    /** Capacity units of an item; those of an item that is not there are those of the smallest. */
    export function capacityUnits(item: unknown, isRead: boolean, isConsistent?: boolean): number;
    /** An error when the condition does not hold for the item. */
    export function checkConditional(
        data: unknown,
        item: unknown,
    ): DynaliteError | null | undefined;
}

declare module "dynalite/validations" {
    import type { DynaliteStore } from "dynalite/db";

    /** The known parts of the request, each checked for its type; throws a `DynaliteError`. */
    export function checkTypes(data: unknown, types: unknown): Record<string, unknown>;
    /** Throws a `DynaliteError`; parses expressions into `_condition`, `_updates` and the like. */
    export function checkValidations(
        data: unknown,
        types: unknown,
        custom: unknown,
        store: DynaliteStore,
    ): void;
}

declare module "dynalite/validations/*" {
    export const types: unknown;
    export const custom: unknown;
}

declare module "dynalite/actions/*" {
    import type { DynaliteError, DynaliteStore } from "dynalite/db";

    const action: (
        store: DynaliteStore,
        data: unknown,
        callback: (error: DynaliteError | null, data?: unknown) => void,
    ) => void;
    export = action;
}
