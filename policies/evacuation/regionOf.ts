import type { PolicyResource } from "@pulumi/policy";

/** Services whose resources have no region, whatever their provider has. */
const global = /^aws:(cloudfront|globalaccelerator|iam|organizations|route53)\//;

/**
 * Region that a resource lives in: its own `region`, else its provider's; undefined for what has none.
 * Before an update a resource has only its inputs, and the region is among them only where the program
 * says it.
 *
 * @throws UnknownValueError while a preview does not know it
 * @see https://www.pulumi.com/registry/packages/aws/how-to-guides/aws-enhanced-region-support/
 */
export function regionOf({
    type,
    props,
    provider,
}: Pick<PolicyResource, "type" | "props" | "provider">): unknown {
    return props["region"] ?? (global.test(type) ? undefined : provider?.props["region"]);
}
