import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import { lbTokens } from "../lb/names";
import type { TypeContext } from "../resourceType";
import { byArn, flag, given, items, records, text } from "../support/known";
import { isDualStack } from "./tokens";

/**
 * Endpoints must exist, in the region of their group, and be of a kind that can stand behind an
 * accelerator; a dual-stack one takes only dual-stack endpoints that keep the client's address.
 * The rehearsal account has no endpoints but load balancers.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-caveats.html
 */
export function refuseEndpoints(group: Props, accelerator: Props, context: TypeContext): void {
    const region = text(group, "endpointGroupRegion") ?? "";
    for (const endpoint of records(group, "endpointConfigurations")) {
        // https://docs.aws.amazon.com/global-accelerator/latest/dg/cross-account-resources.html
        if (given(endpoint, "attachmentArn")) {
            throw new AwsError(
                "AttachmentNotFoundException",
                `No cross-account attachment was found: ${text(endpoint, "attachmentArn")}.`,
            );
        }
        const id = text(endpoint, "endpointId") ?? "";
        const balancer = byArn(context, lbTokens.loadBalancer, id);
        if (balancer === undefined) {
            throw new AwsError(
                "EndpointNotFoundException",
                `The endpoint that you specified doesn't exist: ${id}.`,
            );
        }
        const problem =
            balancer.region === region
                ? kindProblem(balancer, endpoint, isDualStack(accelerator))
                : `is in ${balancer.region}; all endpoints of a group must be in the group's Region, ${region}`;
        if (problem !== undefined) {
            throw new AwsError("InvalidArgumentException", `The endpoint ${id} ${problem}.`);
        }
    }
}

function kindProblem(
    balancer: StoredResource,
    endpoint: Props,
    dualStack: boolean,
): string | undefined {
    const kind = text(balancer.outputs, "loadBalancerType") ?? "application";
    const keepsAddress = flag(endpoint, "clientIpPreservationEnabled") === true;
    if (kind === "gateway") {
        return "is a Gateway Load Balancer; only Application and Network Load Balancers can be endpoints";
    }
    // https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints.sipp-caveats.html
    if (
        kind === "network" &&
        keepsAddress &&
        items(balancer.outputs, "securityGroups").length === 0
    ) {
        return "is a Network Load Balancer without security groups, which cannot preserve client IP addresses";
    }
    if (dualStack && text(balancer.outputs, "ipAddressType")?.startsWith("dualstack") !== true) {
        return `has the IP address type ${text(balancer.outputs, "ipAddressType")}; a dual-stack accelerator requires dual-stack endpoints`;
    }
    return dualStack && !keepsAddress
        ? "must have client IP address preservation enabled to be added to a dual-stack accelerator"
        : undefined;
}
