import type { Props, Store, StoredResource } from "../world/store";

/** Where a type's control plane lives: in the resource's own region, or in one region for the whole world. */
export type Home = "regional" | "us-east-1" | "us-west-2";

export interface TypeContext {
    readonly store: Store;
    readonly accountId: string;
    /** Region the provider instance is configured for, or the resource's own `region` input. `global` for global services. */
    readonly region: string;
    /** World time, milliseconds since the epoch. */
    readonly nowMs: number;
    /** Stable lowercase hexadecimal text of the given length, unique to this resource; for ids and suffixes. */
    readonly unique: (length: number) => string;
    /** Pulumi logical name, for autonaming. */
    readonly logicalName: string;
}

export interface Problem {
    /** Input property the problem is about. */
    readonly property: string;
    readonly reason: string;
}

/**
 * One `aws:*` type: what AWS computes for it, what a change replaces, and what AWS would refuse.
 * Everything a rule states carries the AWS page it comes from.
 */
export interface ResourceType {
    /** Pulumi type token. */
    readonly type: string;
    /** Service name in call records and faults, such as `route53`. */
    readonly service: string;
    readonly home: Home;
    /** Plane of its create, update and delete calls. Only objects and items are `data`. @default "control" */
    readonly plane?: "control" | "data";
    /** API action names for the call record. */
    readonly actions: {
        readonly create: string;
        readonly read: string;
        readonly update: string;
        readonly delete: string;
    };
    /** Every input property the type has; any other is refused, so that a typo cannot pass. `region` is added for regional types. */
    readonly inputs: readonly string[];
    readonly required: readonly string[];
    /** Properties whose change replaces the resource (top-level names, or dotted paths). */
    readonly replaceOn: readonly string[];
    /** Replace by deleting first, because the physical name is taken. */
    readonly deleteBeforeReplace?: boolean;
    /** Input that holds the physical name, filled from the logical name when absent. */
    readonly autoname?: {
        readonly property: string;
        readonly maxLength: number;
        /** The service takes no upper case in the name. @default false */
        readonly lowercase?: boolean;
        /** What every name starts with, such as `alias/`. @default "" */
        readonly prefix?: string;
        /** The logical name itself is the physical one, without random digits. @default false */
        readonly verbatim?: boolean;
    };
    /** Defaults the AWS provider fills in at check time. */
    readonly defaults?: Props;
    /** Rules on known inputs alone; reported at check, so that they show in preview. Unknown values are `undefined`-like: see `isUnknown`. */
    check?(inputs: Props): readonly Problem[];
    /** Rules that need the rest of the account; throws an `AwsError` in AWS's words. Runs at create and update, before anything changes. */
    admit?(inputs: Props, context: TypeContext, current: Props | undefined): void;
    /** Id and computed outputs. Called at create, and again at update with the current outputs. Outputs it leaves out are the inputs. */
    compute(
        inputs: Props,
        context: TypeContext,
        current: Props | undefined,
    ): { readonly id: string; readonly outputs: Props };
    /** Output names that are unknown in a preview of a create. */
    readonly computed: readonly string[];
    /** Outputs that a preview of an update cannot know, because any update changes them. @default none */
    readonly changesOnUpdate?: readonly string[];
    /** Top-level lists whose order AWS does not keep: a different order is no change. */
    readonly unordered?: readonly string[];
    /** Top-level properties that hold JSON text: compared by meaning, so that spacing is no change. */
    readonly documents?: readonly string[];
    /** Creating it where one exists overwrites, as the API's Put actions do. @default false: AWS says it exists */
    readonly upsert?: boolean;
    /** Further ids that `pulumi import` takes for a resource; its own id always works. */
    importIds?(resource: StoredResource): readonly string[];
    /** Throws an `AwsError` when AWS would refuse the delete (protection, dependents). */
    refuseDelete?(outputs: Props, context: TypeContext): void;
    /** What AWS removes together with it, such as the objects of a bucket that `forceDestroy` empties. */
    deleted?(outputs: Props, context: TypeContext): void;
}

/** The engine's sentinel for a value that is not known yet (pulumi `sdk/nodejs/runtime/rpc.ts`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
    return value === unknownValue;
}
