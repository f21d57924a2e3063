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
    /** Names of the resources that a property's value comes from. */
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

function urnOf({ type, name }: Given): string {
    return `urn:pulumi:test::meridian::${type}::${name ?? "it"}`;
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
        opts,
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig: () => configOf(policy, config),
        notApplicable: () => {
            throw new Error("not applicable");
        },
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
    const violations: string[] = [];
    const none: Record<string, unknown> = {};
    const resources = given.map((each) => ({
        type: each.type,
        props: unknownCheckingProxy(each.props) as Record<string, unknown>,
        urn: urnOf(each),
        name: each.name ?? "it",
        opts,
        dependencies: [],
        propertyDependencies: { ...none },
    }));
    given.forEach((each, index) => {
        for (const [property, names] of Object.entries(each.from ?? {})) {
            (resources[index] as (typeof resources)[number]).propertyDependencies[property] =
                resources.filter((resource) => names.includes(resource.name));
        }
    });
    const args = {
        resources: resources as unknown as PolicyResource[],
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
