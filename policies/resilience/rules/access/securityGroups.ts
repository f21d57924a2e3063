import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { referencesIn } from "../../attachments";
import { foundationalSecurity } from "../../frameworks";
import { loadBalancerTypes } from "../../loadBalancers";
import { elements, list, ofType, type Props, read, show, unknown } from "../../support";

interface Config {
    readonly publicPorts: readonly number[];
}

const groups = [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const anyRule = "aws:ec2/securityGroupRule:SecurityGroupRule";

/** Judged on the whole stack: whose a group is shows where it is used. */
export const securityGroups: StackValidationPolicy = {
    name: "access-public-ports",
    description:
        "A security group must let the whole internet in to nothing but a load balancer's public ports.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: foundationalSecurity("EC2.18"),
    tags: ["access", "ec2"],
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    remediationSteps:
        "Let in the security group of who has to come in, and no address range of /0; a load balancer's group may open publicPorts.",
    configSchema: {
        properties: {
            publicPorts: { type: "array", items: { type: "number" }, default: [80, 443] },
        },
    },
    validateStack: (args, report) => {
        const { publicPorts } = args.getConfig<Config>();
        const balancers = ofType(args.resources, ...loadBalancerTypes).map((balancer) =>
            referencesIn(balancer, "securityGroups"),
        );
        const publicGroups = new Set(balancers.flatMap(({ values, urns }) => [...values, ...urns]));
        for (const opening of openings(args.resources)) {
            const ports = [opening.from, opening.to];
            const known = !ports.includes(unknown);
            const allowed =
                known && publicPorts.includes(Number(opening.from)) && opening.from === opening.to;
            if (!opening.groups.some((group) => publicGroups.has(group))) {
                report(
                    `port ${ports.map(show).join("-")} is open to ${show(opening.range)} in a security group that is no load balancer's; let in a security group instead`,
                    opening.urn,
                );
            } else if (known && !allowed) {
                report(
                    `a load balancer's security group opens port ${ports.map(show).join("-")} to ${show(opening.range)}; it may open ${publicPorts.join(", ")}, each by itself`,
                    opening.urn,
                );
            }
        }
    },
};

interface Opening {
    readonly urn: string;
    /** Ids and URNs of the group. */
    readonly groups: readonly unknown[];
    readonly range: unknown;
    readonly from: unknown;
    readonly to: unknown;
}

/** Every way in for everybody, by whichever of the three kinds of resources. */
function openings(resources: readonly PolicyResource[]): readonly Opening[] {
    const separate = ofType(resources, ingressRule, anyRule)
        .filter(
            ({ type, props }) => type === ingressRule || read(() => props["type"]) === "ingress",
        )
        .flatMap((rule) => {
            const { values, urns } = referencesIn(rule, "securityGroupId");
            return openingsOf(rule.urn, [...values, ...urns], rule.props);
        });
    const inline = ofType(resources, ...groups).flatMap((group) =>
        list(() => group.props["ingress"]).flatMap((rule) =>
            openingsOf(group.urn, [group.urn, read(() => group.props["id"])], rule),
        ),
    );
    return [...separate, ...inline];
}

function openingsOf(urn: string, groups: readonly unknown[], rule: Props): readonly Opening[] {
    const protocol = read(() => rule["ipProtocol"] ?? rule["protocol"]);
    const every = protocol === "-1" || protocol === "all";
    const [from, to] = every
        ? [0, 65535]
        : [read(() => rule["fromPort"]), read(() => rule["toPort"])];
    return ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"]
        .flatMap((property) => {
            const value = read(() => rule[property]);
            return Array.isArray(value) ? elements(() => value as unknown[]) : [value];
        })
        .filter((range) => typeof range === "string" && range.endsWith("/0"))
        .map((range) => ({ urn, groups, range, from, to }));
}
