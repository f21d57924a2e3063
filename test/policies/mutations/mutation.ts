import type { Seen } from "../support/ownStacks";

/** One way to break one of our own stacks, and what is to come of it. */
export interface Mutation {
    /** What is done, as a reviewer would say it. */
    readonly what: string;
    readonly stack: string;
    readonly change: Change;
    /** Names of the rules that object, and no others. */
    readonly caughtBy: readonly string[];
    /** Why nobody has to object; of those that no rule objects to, and of them alone. */
    readonly harmless?: string;
    /** What it would take to catch it; of those that matter all the same. */
    readonly gap?: string;
    /** The update is that of an evacuation of this region, and is judged by that pack as well. */
    readonly evacuates?: string;
}

/** A stack's resources, changed. Throws when it finds nothing to change: a mutation must not be vacuous. */
export type Change = (resources: readonly Seen[]) => readonly Seen[];

type Name = string | RegExp;
type Props = Readonly<Record<string, unknown>>;

/** Pulumi's token of `s3/bucketVersioning`: `aws:s3/bucketVersioning:BucketVersioning`. */
function tokenOf(type: string): string {
    const [, own = ""] = type.split("/");
    return `aws:${type}:${own[0]?.toUpperCase()}${own.slice(1)}`;
}

function isOne({ inputs }: Seen, type: string, name: Name): boolean {
    return (
        inputs.type === tokenOf(type) &&
        (typeof name === "string" ? inputs.name === name : name.test(inputs.name ?? ""))
    );
}

/** Leaves out every resource of this type and name. */
export function without(type: string, name: Name): Change {
    return (resources) => {
        const left = resources.filter((one) => !isOne(one, type, name));
        if (left.length === resources.length) {
            throw new Error(`there is no ${type} ${name} to leave out`);
        }
        return left;
    };
}

/**
 * Sets a property of every resource of this type and name.
 *
 * @param path such as `healthCheck.interval` or `replicas.0.kmsKeyArn`
 * @param to the value, or a function of the one before; undefined leaves the property out
 */
export function set(type: string, name: Name, path: string, to: unknown): Change {
    return (resources) => {
        let changed = 0;
        const result = resources.map((one) => {
            if (!isOne(one, type, name)) {
                return one;
            }
            changed++;
            const edit = (props: Props): Record<string, unknown> =>
                withValue(props, path.split("."), to) as Record<string, unknown>;
            return {
                inputs: { ...one.inputs, props: edit(one.inputs.props) },
                outputs: { ...one.outputs, props: edit(one.outputs.props) },
            };
        });
        if (changed === 0) {
            throw new Error(`there is no ${type} ${name} to set ${path} of`);
        }
        return result;
    };
}

/** Replaces in a text, such as a policy's; throws where it does not occur. */
export function replacing(from: string | RegExp, to: string): (text: unknown) => string {
    return (text) => {
        const before = String(text);
        const after = before.replace(from, to);
        if (after === before) {
            throw new Error(`${from} does not occur in ${before}`);
        }
        return after;
    };
}

/** Takes the conditions out of the statements of a policy. */
export function unconditional(text: unknown): string {
    const document = JSON.parse(String(text)) as { Statement: Record<string, unknown>[] };
    const before = JSON.stringify(document);
    for (const statement of document.Statement) {
        if (statement["Effect"] === "Allow") {
            delete statement["Condition"];
        }
    }
    if (JSON.stringify(document) === before) {
        throw new Error(`no statement has a condition: ${before}`);
    }
    return JSON.stringify(document);
}

/** One change after the other. */
export function both(...changes: readonly Change[]): Change {
    return (resources) => changes.reduce((those, change) => change(those), resources);
}

function withValue(held: unknown, path: readonly string[], to: unknown): unknown {
    const [step, ...rest] = path;
    if (step === undefined) {
        return typeof to === "function" ? (to as (before: unknown) => unknown)(held) : to;
    }
    if (Array.isArray(held)) {
        return held.map((each, index) =>
            String(index) === step ? withValue(each, rest, to) : (each as unknown),
        );
    }
    const before = (held ?? {}) as Props;
    const value = withValue(before[step], rest, to);
    const others = Object.fromEntries(Object.entries(before).filter(([key]) => key !== step));
    return value === undefined ? others : { ...others, [step]: value };
}
