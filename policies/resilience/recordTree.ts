import type { PolicyResource } from "@pulumi/policy";

import { RecordTree } from "./routing/recordTree";
import type { PlainResource } from "./routing/plainResource";
import { type Props, read, unknown } from "./support";

const relevant =
    /^aws:(route53\/(record|healthCheck|zone)|ec2\/eip|(lb|alb|applicationloadbalancing|elb)\/loadBalancer|globalaccelerator\/accelerator|cloudfront\/distribution):/;

/**
 * The records of a stack and how they lead to one another. In an order of its own: that of registration
 * differs from run to run, and with it the record that a rule on several names.
 */
export function recordTreeOf(resources: readonly PolicyResource[]): RecordTree {
    return new RecordTree(
        resources
            .filter(({ type }) => relevant.test(type))
            .sort((a, b) => (a.urn < b.urn ? -1 : 1))
            .map(plainResource),
    );
}

/** A resource with everything that its stack knows of it by now, and `unknown` for what it does not. */
export function plainResource(resource: PolicyResource): PlainResource {
    const { urn, type, props, propertyDependencies } = resource;
    return {
        urn,
        type,
        props: plain(() => props) as Props,
        from: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, sources]) => [
                property,
                sources.map((source) => source.urn),
            ]),
        ),
    };
}

function plain(get: () => unknown): unknown {
    const value = read(get);
    if (value === unknown || typeof value !== "object" || value === null) {
        return value;
    }
    return Array.isArray(value)
        ? Array.from({ length: value.length }, (_, index) =>
              plain(() => (value as unknown[])[index]),
          )
        : Object.fromEntries(
              Object.keys(value).map((key) => [key, plain(() => (value as Props)[key])]),
          );
}
