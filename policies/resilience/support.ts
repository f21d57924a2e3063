import type { Resource } from "@pulumi/pulumi";
import {
    type PolicyResource,
    type ReportViolation,
    type ResourceValidationArgs,
    type ResourceValidation,
    UnknownValueError,
    validateResourceOfType,
} from "@pulumi/policy";

import { unknown } from "./unknown";

export { unknown };

/** Properties of a resource, by Pulumi name. Reading an unknown one through `read` gives `unknown`. */
export type Props = Readonly<Record<string, unknown>>;

/**
 * Reads what may be unknown in a preview. A rule that lets it throw is reported as "can't run" and
 * binds nobody; a rule that knows the value is set, if not to what, can still judge the rest.
 */
export function read(get: () => unknown): unknown {
    try {
        return get();
    } catch (error) {
        if (error instanceof UnknownValueError) {
            return unknown;
        }
        throw error;
    }
}

/** Reads along a path such as `encryptAtRest.kmsKeyId`; of a list, the first element. Unknown as soon as a part is. */
export function at(props: Props, path: string): unknown {
    let value: unknown = props;
    for (const name of path.split(".")) {
        const holder = Array.isArray(value) ? read(() => (value as unknown[])[0]) : value;
        if (holder === unknown) {
            return unknown;
        }
        value = read(() => (holder as Props | null | undefined)?.[name]);
        if (value === unknown) {
            return unknown;
        }
    }
    return value;
}

/** Whether a value is set: known and not empty, or unknown. */
export function isSet(value: unknown): boolean {
    return value !== undefined && value !== null && value !== "";
}

/**
 * Whether a value names a key of the customer's: an ARN, an id or an alias that is not one of AWS's own
 * (`alias/aws/s3`). One that is yet to be made is taken for such a key.
 */
export function isCustomerKey(value: unknown): boolean {
    return isSet(value) && !(typeof value === "string" && /(^|:)alias\/aws\//.test(value));
}

/** Elements of a list, each of which may be unknown by itself; none when the list is absent or unknown as a whole. */
export function elements(get: () => unknown): readonly unknown[] {
    const value = read(get);
    return Array.isArray(value)
        ? Array.from({ length: value.length }, (_, index) =>
              read(() => (value as unknown[])[index]),
          )
        : [];
}

/** What is known of a list of blocks; none when it is absent or unknown as a whole. */
export function list(get: () => unknown): readonly Props[] {
    return elements(get).filter((element) => element !== unknown) as Props[];
}

type Judge = (props: Props, report: ReportViolation, args: ResourceValidationArgs) => void;

/**
 * Runs `judge` on resources of these types, by type token: a pack needs no cloud SDK and starts fast.
 * With one type, the SDK leaves out all other resources before it decodes them.
 */
export function resourcesOfType(
    type: string | readonly string[],
    judge: Judge,
): ResourceValidation {
    if (typeof type === "string") {
        // The token is all that the SDK wants of the class.
        const resourceClass = { __pulumiType: type } as unknown as new () => Resource;
        return validateResourceOfType(resourceClass, (props, args, report) => {
            judge(props, report, args);
        });
    }
    const types = new Set(type);
    return (args, report) => {
        if (types.has(args.type)) {
            judge(args.props, report, args);
        }
    };
}

export function ofType(
    resources: readonly PolicyResource[],
    ...types: readonly string[]
): PolicyResource[] {
    return resources.filter((resource) => types.includes(resource.type));
}

/** Shows a value in a message. */
export function show(value: unknown): string {
    return value === unknown ? "(known after the update)" : (JSON.stringify(value) ?? "nothing");
}

/**
 * Reports a property that is known and is none of the values it may have.
 *
 * @param path as `at` reads it
 * @param allowed the first is what the message asks for
 * @param why what is lost without it, to end the message with
 */
export function requireValue(
    props: Props,
    path: string,
    allowed: readonly [unknown, ...unknown[]],
    why: string,
    report: ReportViolation,
): void {
    const value = at(props, path);
    if (value !== unknown && !allowed.includes(value)) {
        report(`${path} is ${show(value)}; set it to ${show(allowed[0])}: ${why}`);
    }
}
