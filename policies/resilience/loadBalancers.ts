import { type Props, read, unknown } from "./support";

/** Types of load balancers but the classic one; the SDK has three names for one thing. */
export const loadBalancerTypes = [
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer",
] as const;

/** Whether it is one for HTTP, which is what AWS makes when nobody says otherwise. */
export function isApplication(props: Props): boolean {
    const type = read(() => props["loadBalancerType"]);
    return type === undefined || type === unknown || type === "application";
}
