import {
    type PolicyResource,
    type ReportViolation,
    type ResourceValidationArgs,
    type ResourceValidation,
    UnknownValueError,
} from "@pulumi/policy";

/** A value that exists but is not known in this preview, such as the ARN of a key that is yet to be made. */
export const unknown = Symbol("unknown");

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

/** Whether a value is set: known and not empty, or unknown. */
export function isSet(value: unknown): boolean {
    return value !== undefined && value !== null && value !== "";
}

/** A list property, empty when absent or unknown as a whole. */
export function list(get: () => unknown): readonly Props[] {
    const value = read(get);
    return Array.isArray(value) ? (value as Props[]) : [];
}

type Judge = (props: Props, report: ReportViolation, args: ResourceValidationArgs) => void;

/** Runs `judge` on resources of one type, by type token: a pack needs no cloud SDK and starts fast. */
export function resourcesOfType(type: string, judge: Judge): ResourceValidation {
    return (args, report) => {
        if (args.type === type) {
            judge(args.props, report, args);
        }
    };
}

export function ofType(resources: readonly PolicyResource[], type: string): PolicyResource[] {
    return resources.filter((resource) => resource.type === type);
}

/** Shows a value in a message. */
export function show(value: unknown): string {
    return value === unknown ? "(known after the update)" : (JSON.stringify(value) ?? "nothing");
}
