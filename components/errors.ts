import * as pulumi from "@pulumi/pulumi";

/** A component's arguments contradict each other or AWS. The message lists every problem. */
export class InvalidArgsError extends pulumi.ResourceError {
    constructor(
        readonly what: string,
        readonly problems: readonly string[],
        resource: pulumi.Resource,
    ) {
        super(
            `${what} cannot be created:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
            resource,
            true,
        );
    }
}

/** @throws InvalidArgsError when there is any problem; called before the first child is registered. */
export function refuseProblems(
    what: string,
    problems: readonly string[],
    resource: pulumi.Resource,
): void {
    if (problems.length > 0) {
        throw new InvalidArgsError(what, problems, resource);
    }
}
