import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import {
    allKnown,
    arn,
    byId,
    flag,
    given,
    isOther,
    items,
    record,
    records,
    text,
    texts,
} from "../support/known";
import { Problems } from "../support/problems";
import { refuseLogsBucket } from "./accessLogs";
import { loadBalancerZoneIds } from "./hostedZones";
import { inputNames } from "./loadBalancerInputs";
import { checkName, lbTokens } from "./names";
import { refuseSubnets } from "./subnets";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const loadBalancerType: ResourceType = {
    type: lbTokens.loadBalancer,
    service: "elbv2",
    home: "regional",
    actions: {
        create: "CreateLoadBalancer",
        read: "DescribeLoadBalancers",
        update: "ModifyLoadBalancerAttributes",
        delete: "DeleteLoadBalancer",
    },
    inputs: inputNames,
    required: [],
    replaceOn: ["customerOwnedIpv4Pool", "internal", "loadBalancerType", "name", "namePrefix"],
    unordered: ["securityGroups", "subnets"],
    autoname: { property: "name", maxLength: 32 },
    defaults: {
        clientKeepAlive: 3600,
        desyncMitigationMode: "defensive",
        enableCrossZoneLoadBalancing: false,
        enableDeletionProtection: false,
        enableHttp2: true,
        enableTlsVersionAndCipherSuiteHeaders: false,
        enableWafFailOpen: false,
        enableXffClientPort: false,
        enableZonalShift: false,
        idleTimeout: 60,
        loadBalancerType: "application",
        preserveHostHeader: false,
        xffHeaderProcessingMode: "append",
    },
    computed: [
        "arn",
        "arnSuffix",
        "dnsName",
        "internal",
        "ipAddressType",
        "securityGroups",
        "subnetMappings",
        "subnets",
        "vpcId",
        "zoneId",
    ],

    // Attribute ranges: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    check(inputs) {
        const problems = new Problems();
        checkName(problems, inputs);
        problems.range(inputs, "idleTimeout", 1, 4000);
        problems.range(inputs, "clientKeepAlive", 60, 604800);
        problems.oneOf(inputs, "loadBalancerType", ["application", "gateway", "network"]);
        problems.oneOf(inputs, "desyncMitigationMode", ["defensive", "monitor", "strictest"]);
        problems.oneOf(inputs, "xffHeaderProcessingMode", ["append", "preserve", "remove"]);
        problems.oneOf(inputs, "ipAddressType", [
            "ipv4",
            "dualstack",
            "dualstack-without-public-ipv4",
        ]);
        if (!given(inputs, "subnets") && !given(inputs, "subnetMappings")) {
            problems.add("subnets", "subnets or subnetMappings must be set");
        }
        problems.atMostOne(inputs, ["subnets", "subnetMappings"]);
        const count = items(inputs, "subnets").length;
        const isApplication = text(inputs, "loadBalancerType") === "application";
        if (isApplication && given(inputs, "subnets") && allKnown(inputs, "subnets") && count < 2) {
            problems.add(
                "subnets",
                `At least two subnets in two different Availability Zones must be specified, got ${count}`,
            );
        }
        for (const property of ["accessLogs", "connectionLogs", "healthCheckLogs"]) {
            const logs = record(inputs, property);
            if (logs !== undefined && !given(logs, "bucket")) {
                problems.add(`${property}.bucket`, "must be the name of a bucket");
            }
        }
        if (
            flag(inputs, "internal") === true &&
            text(inputs, "ipAddressType") === "dualstack-without-public-ipv4"
        ) {
            problems.add("ipAddressType", "an internal load balancer has no public addresses");
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const name = text(inputs, "name");
        const same = context.store
            .list(lbTokens.loadBalancer, context.region)
            .some((other) => isOther(other, current) && text(other.outputs, "name") === name);
        if (same) {
            throw new AwsError(
                "DuplicateLoadBalancerName",
                `A load balancer with the same name '${name}' exists, but with different settings`,
            );
        }
        const vpcId = refuseSubnets(
            subnetsOf(inputs),
            {
                internal: flag(inputs, "internal") === true,
                dualstack: text(inputs, "ipAddressType")?.startsWith("dualstack") === true,
            },
            context,
        );
        for (const id of texts(inputs, "securityGroups")) {
            const group = byId(context, "aws:ec2/securityGroup:SecurityGroup", id);
            if (group === undefined) {
                throw new AwsError(
                    "InvalidSecurityGroup",
                    `The security group '${id}' does not exist`,
                );
            }
            if (text(group.outputs, "vpcId") !== vpcId) {
                throw new AwsError(
                    "InvalidConfigurationRequest",
                    `One or more security groups are invalid: '${id}' is not in the VPC '${vpcId}'`,
                );
            }
        }
        for (const property of ["accessLogs", "connectionLogs", "healthCheckLogs"]) {
            const logs = record(inputs, property);
            if (logs !== undefined && flag(logs, "enabled") === true) {
                refuseLogsBucket(logs, context);
            }
        }
    },

    compute(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        const kind = { application: "app", network: "net", gateway: "gwy" }[
            text(inputs, "loadBalancerType") ?? "application"
        ];
        const suffix = text(current, "arnSuffix") ?? `${kind}/${name}/${context.unique(16)}`;
        const id = arn("elasticloadbalancing", context, `loadbalancer/${suffix}`);
        const internal = flag(inputs, "internal") ?? false;
        const subnets = subnetsOf(inputs);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                arnSuffix: suffix,
                dnsName: text(current, "dnsName") ?? dnsName(name, internal, context),
                internal,
                ipAddressType: text(inputs, "ipAddressType") ?? "ipv4",
                securityGroups: inputs.securityGroups ?? [],
                subnetMappings: inputs.subnetMappings ?? subnets.map((subnetId) => ({ subnetId })),
                subnets,
                vpcId: vpcOf(subnets, context),
                zoneId: zoneIdOf(context.region),
            },
        };
    },

    // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
    refuseDelete(outputs) {
        if (flag(outputs, "enableDeletionProtection") === true) {
            throw new AwsError(
                "OperationNotPermitted",
                `Load balancer '${text(outputs, "arn")}' cannot be deleted because deletion protection is enabled`,
            );
        }
    },
};

function subnetsOf(inputs: Props): readonly string[] {
    return given(inputs, "subnets")
        ? texts(inputs, "subnets")
        : records(inputs, "subnetMappings").flatMap((mapping) => text(mapping, "subnetId") ?? []);
}

function vpcOf(subnets: readonly string[], context: TypeContext): string {
    const first = byId(context, "aws:ec2/subnet:Subnet", subnets[0] ?? "");
    return text(first?.outputs, "vpcId") ?? "";
}

/** `<name>-<digits>.<region>.elb.amazonaws.com`, with `internal-` before it for an internal one. */
function dnsName(name: string, internal: boolean, context: TypeContext): string {
    const digits = String(parseInt(context.unique(8), 16)).padStart(10, "1");
    return `${internal ? "internal-" : ""}${name}-${digits}.${context.region}.elb.amazonaws.com`.toLowerCase();
}

function zoneIdOf(region: string): string {
    const zoneId = loadBalancerZoneIds[region];
    if (zoneId === undefined) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            `no hosted zone id is known for load balancers in ${region}; add it to sandbox/aws/lb/hostedZones.ts`,
        );
    }
    return zoneId;
}
