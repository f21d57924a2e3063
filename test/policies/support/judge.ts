import {
    type PolicyResource,
    type ResourceValidationArgs,
    type ResourceValidationPolicy,
    type StackValidationArgs,
    type StackValidationPolicy,
    unknownCheckingProxy,
} from "@pulumi/policy";

/** What the engine sends for a value that a preview does not know yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Given {
    readonly type: string;
    readonly name?: string;
    readonly props: Record<string, unknown>;
    /** Needed where a type and a name are not enough to tell it from others. */
    readonly urn?: string;
    /** Properties of its provider. @default it is shown none */
    readonly provider?: Readonly<Record<string, unknown>>;
    /** Names or URNs of the resources that a property's value comes from. */
    readonly from?: Readonly<Record<string, readonly string[]>>;
}

type Config = Readonly<Record<string, unknown>>;

const opts = {
    protect: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
};

function urnOf({ type, name, urn }: Given): string {
    return urn ?? `urn:pulumi:test::meridian::${type}::${name ?? "it"}`;
}

/** A resource's provider as a rule is shown it. */
function providerOf({ provider }: Given): Partial<Pick<PolicyResource, "provider">> {
    const props = unknownCheckingProxy({ ...provider }) as Record<string, unknown>;
    const urn = "urn:pulumi:test::meridian::pulumi:providers:aws::default";
    return provider === undefined
        ? {}
        : { provider: { type: "pulumi:providers:aws", name: "default", urn, props } };
}

/** The rule's configuration as the engine would hand it over: its defaults, then what is set. */
function configOf(policy: ResourceValidationPolicy | StackValidationPolicy, set: Config): Config {
    const properties = policy.configSchema?.properties ?? {};
    const defaults = Object.entries(properties).map(([name, schema]) => [name, schema.default]);
    return { ...(Object.fromEntries(defaults) as Config), ...set };
}

/** Violations of a resource rule. Unknown values throw when read, as they do in a preview. */
export function judgeResource(
    policy: ResourceValidationPolicy,
    given: Given,
    config: Config = {},
): readonly string[] {
    const violations: string[] = [];
    const args = {
        type: given.type,
        props: unknownCheckingProxy(given.props) as Record<string, unknown>,
        urn: urnOf(given),
        name: given.name ?? "it",
        ...providerOf(given),
        opts,
        stackTags: new Map(),
        isType: ({ __pulumiType }: { __pulumiType?: string }) => __pulumiType === given.type,
        asType: () => undefined,
        getConfig: () => configOf(policy, config),
        notApplicable: () => undefined,
    } as unknown as ResourceValidationArgs;
    for (const validate of [policy.validateResource].flat()) {
        void validate?.(args, (message) => violations.push(message));
    }
    return violations;
}

/** Violations of a stack rule, as `urn name: message`. */
export function judgeStack(
    policy: StackValidationPolicy,
    given: readonly Given[],
    config: Config = {},
): readonly string[] {
    return judgeResources(policy, stackResources(given), config);
}

/** A stack's resources as the engine hands them over at the end of a preview or an update. */
export function stackResources(given: readonly Given[]): readonly PolicyResource[] {
    const none: Record<string, unknown> = {};
    const resources = given.map((each) => ({
        type: each.type,
        props: unknownCheckingProxy(each.props) as Record<string, unknown>,
        urn: urnOf(each),
        name: each.name ?? "it",
        ...providerOf(each),
        opts,
        dependencies: [],
        propertyDependencies: { ...none },
    }));
    given.forEach((each, index) => {
        for (const [property, names] of Object.entries(each.from ?? {})) {
            (resources[index] as (typeof resources)[number]).propertyDependencies[property] =
                resources.filter(({ name, urn }) => names.includes(name) || names.includes(urn));
        }
    });
    return resources as unknown as PolicyResource[];
}

/** The same, of resources that several rules judge. */
export function judgeResources(
    policy: StackValidationPolicy,
    resources: readonly PolicyResource[],
    config: Config = {},
): readonly string[] {
    const violations: string[] = [];
    const args = {
        resources,
        stackTags: new Map(),
        getConfig: () => configOf(policy, config),
        notApplicable: () => {
            throw new Error("not applicable");
        },
    } as unknown as StackValidationArgs;
    void policy.validateStack(args, (message, urn) =>
        violations.push(`${urn?.split("::").pop() ?? "stack"}: ${message}`),
    );
    return violations;
}

/**
 * A rule on one resource that is sound: judges it with some properties changed. Proves at once that the
 * rule accepts it, also while any of its properties is unknown, and has no say in another type.
 */
export function judgeSound(
    policy: ResourceValidationPolicy,
    type: string,
    sound: Readonly<Record<string, unknown>>,
): (changes: Readonly<Record<string, unknown>>, config?: Config) => readonly string[] {
    const judge = (changes: Readonly<Record<string, unknown>>, config: Config = {}) =>
        judgeResource(policy, { type, props: { ...sound, ...changes } }, config);
    const accept = () => {
        const accepted = [{}, ...Object.keys(sound).map((name) => ({ [name]: unknown }))];
        for (const changes of accepted) {
            const [violation] = judge(changes);
            if (violation !== undefined) {
                throw new Error(`${policy.name}, of ${JSON.stringify(changes)}: ${violation}`);
            }
        }
        if (judgeResource(policy, { type: "aws:xray/group:Group", props: {} }).length > 0) {
            throw new Error(`${policy.name} judges what it has no say in`);
        }
    };
    return (changes, config) => {
        accept();
        return judge(changes, config);
    };
}
