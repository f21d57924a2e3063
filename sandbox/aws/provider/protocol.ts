/**
 * What the provider plugin and the world say to one another: one `POST {url}/provider/<method>` per
 * provider call, JSON both ways. The plugin keeps nothing but its settings; the world holds the
 * account. A call that fails is answered with status 4xx or 5xx and a `Failure`.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a provider instance was configured with, sent along with each of its calls. */
export interface ProviderSettings {
    readonly region: string;
    /** Tags that every resource with tags gets; its own win. */
    readonly defaultTags: Readonly<Record<string, string>>;
}

export interface Failure {
    readonly kind: "invalid" | "refused" | "timeout" | "internal";
    readonly message: string;
}

export interface ConfigureCall {
    readonly settings: ProviderSettings;
    /** Stack or provider name for the call record, where the engine says it. */
    readonly stack?: string;
    readonly allowedAccountIds: readonly string[];
    readonly forbiddenAccountIds: readonly string[];
    /** Makes no call to STS, as the AWS provider's setting of that name. */
    readonly skipRequestingAccountId: boolean;
}

export interface ConfigureAnswer {
    /** Empty when it was not asked for. */
    readonly accountId: string;
}

interface ResourceCall {
    readonly settings: ProviderSettings;
    readonly urn: string;
}

export interface CheckCall extends ResourceCall {
    readonly olds: JsonObject | undefined;
    readonly news: JsonObject;
    /** Hexadecimal; the same for every check of a resource until it is replaced. */
    readonly randomSeed: string;
    readonly autonaming?: {
        readonly mode: "propose" | "enforce" | "disable";
        readonly proposedName: string;
    };
}

export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

export interface CheckAnswer {
    readonly inputs: JsonObject;
    readonly failures: readonly CheckFailure[];
}

export interface DiffCall extends ResourceCall {
    readonly id: string;
    /** Outputs as last seen. */
    readonly olds: JsonObject;
    readonly oldInputs: JsonObject;
    readonly news: JsonObject;
    readonly ignoreChanges: readonly string[];
}

export type DiffKind =
    "ADD" | "ADD_REPLACE" | "DELETE" | "DELETE_REPLACE" | "UPDATE" | "UPDATE_REPLACE";

export interface DiffAnswer {
    /** By property path, such as `aliases[0].name`. */
    readonly detailedDiff: Readonly<Record<string, DiffKind>>;
    /** Top-level properties that changed. */
    readonly diffs: readonly string[];
    /** Those of them that cannot change in place. */
    readonly replaces: readonly string[];
    readonly stables: readonly string[];
    readonly deleteBeforeReplace: boolean;
}

export interface CreateCall extends ResourceCall {
    readonly properties: JsonObject;
    readonly preview: boolean;
}

export interface CreateAnswer {
    /** Empty in a preview. */
    readonly id: string;
    readonly properties: JsonObject;
}

export interface UpdateCall extends ResourceCall {
    readonly id: string;
    readonly olds: JsonObject;
    readonly news: JsonObject;
    readonly preview: boolean;
}

export interface UpdateAnswer {
    readonly properties: JsonObject;
}

export interface ReadCall extends ResourceCall {
    readonly id: string;
    /** Outputs as last seen; empty for an import. */
    readonly properties: JsonObject;
    readonly inputs: JsonObject;
}

export interface ReadAnswer {
    /** Empty when the resource is gone. */
    readonly id: string;
    readonly properties: JsonObject;
    readonly inputs: JsonObject;
}

export interface DeleteCall extends ResourceCall {
    readonly id: string;
    readonly properties: JsonObject;
}

export interface InvokeCall {
    readonly settings: ProviderSettings;
    readonly stack?: string;
    readonly token: string;
    readonly args: JsonObject;
}

export interface InvokeAnswer {
    readonly result: JsonObject;
}

/** Every method of the protocol; `session` is a request that stays open while the plugin lives. */
export const methods = [
    "configure",
    "check",
    "diff",
    "create",
    "update",
    "read",
    "delete",
    "invoke",
] as const;

export type Method = (typeof methods)[number];

export interface Calls {
    readonly configure: readonly [ConfigureCall, ConfigureAnswer];
    readonly check: readonly [CheckCall, CheckAnswer];
    readonly diff: readonly [DiffCall, DiffAnswer];
    readonly create: readonly [CreateCall, CreateAnswer];
    readonly update: readonly [UpdateCall, UpdateAnswer];
    readonly read: readonly [ReadCall, ReadAnswer];
    readonly delete: readonly [DeleteCall, Record<string, never>];
    readonly invoke: readonly [InvokeCall, InvokeAnswer];
}

/** Most bytes of one call, as the engine's own limit for a gRPC message. */
export const maxMessageBytes = 400 * 1024 * 1024;
