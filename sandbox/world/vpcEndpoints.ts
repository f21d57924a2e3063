import { text } from "../aws/support/known";
import { policyAllows, type PolicyRequest } from "../aws/support/policyDocument";
import type { World } from "./world";

/**
 * Whether the way from a region's tasks to a service is open: in a region with VPC endpoints the private subnets
 * have no other way out, and one of the service's has to let the request through.
 *
 * @param service as the endpoint's name ends, such as `dynamodb` or `kinesis-streams`
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export function endpointAllows(
    { store, accountId }: Pick<World, "store" | "accountId">,
    region: string,
    service: string,
    request: PolicyRequest,
): boolean {
    const endpoints = store.list("aws:ec2/vpcEndpoint:VpcEndpoint", region);
    const context = { "aws:PrincipalAccount": accountId, ...request.context };
    return (
        endpoints.length === 0 ||
        endpoints
            .filter(
                ({ outputs }) =>
                    text(outputs, "serviceName") === `com.amazonaws.${region}.${service}`,
            )
            .some(({ outputs }) => {
                const policy = text(outputs, "policy");
                return policy === undefined || policyAllows(policy, { ...request, context });
            })
    );
}
