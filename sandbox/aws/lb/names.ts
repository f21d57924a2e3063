import type { Problems } from "../support/problems";
import type { Props } from "../../world/store";

export const lbTokens = {
    loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
    targetGroup: "aws:lb/targetGroup:TargetGroup",
    listener: "aws:lb/listener:Listener",
} as const;

/** Names of load balancers and target groups: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export function checkName(problems: Problems, inputs: Props): void {
    problems.matches(
        inputs,
        "name",
        /^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/,
        'must be 1 to 32 letters, digits and hyphens, not begin or end with a hyphen, not begin with "internal-"',
    );
}
