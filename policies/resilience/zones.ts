import type { PolicyResource } from "@pulumi/policy";

import { Attachments } from "./attachments";
import { ofType, read } from "./support";

/** Public hosted zones of the stack that have no resource of this type; a private one belongs to a VPC. */
export function publicZonesWithout(
    resources: readonly PolicyResource[],
    type: string,
    property: string,
): readonly PolicyResource[] {
    const parts = new Attachments(ofType(resources, type), property);
    return ofType(resources, "aws:route53/zone:Zone").filter((zone) => {
        const vpcs = read(() => zone.props["vpcs"]);
        const isPrivate = Array.isArray(vpcs) && vpcs.length > 0;
        return !isPrivate && parts.of(zone, "zoneId", "id").length === 0;
    });
}
