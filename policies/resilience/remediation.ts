import type { ResourceRemediation } from "@pulumi/policy";

import { type Props, read, unknown } from "./support";

/**
 * Sets properties of resources of these types to what the rule asks for. Runs only where the rule's
 * enforcementLevel is configured to be `remediate`; what is not known yet is left as it is.
 *
 * @param wanted properties by name, for a resource; none to leave it alone
 */
export function setting(
    types: readonly string[],
    wanted: (props: Props, config: <T extends object>() => T) => Props,
): ResourceRemediation {
    return (args) => {
        const props = args.props as Record<string, unknown>;
        if (!types.includes(args.type)) {
            return undefined;
        }
        const changes = Object.entries(wanted(props, () => args.getConfig())).filter(
            ([name, value]) => {
                const present = read(() => props[name]);
                return present !== unknown && present !== value;
            },
        );
        // In place: a copy would have to read what is not known.
        return changes.length === 0 ? undefined : Object.assign(props, Object.fromEntries(changes));
    };
}
