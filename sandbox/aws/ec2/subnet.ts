import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import {
    arn,
    flag,
    given,
    isOther,
    keepId,
    number,
    record,
    records,
    text,
    texts,
} from "../support/known";
import {
    contains,
    ipv6Contains,
    ipv6Overlap,
    overlap,
    parseCidr,
    parseIpv6Cidr,
} from "../support/cidr";
import { Problems } from "../support/problems";
import { zoneId, zonesOf } from "../support/zones";
import { dependencyViolation, required, tokens } from "./tokens";
import { checkBlock } from "./vpc";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html */
export const subnetType: ResourceType = {
    type: tokens.subnet,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateSubnet",
        read: "DescribeSubnets",
        update: "ModifySubnetAttribute",
        delete: "DeleteSubnet",
    },
    inputs: [
        "assignIpv6AddressOnCreation",
        "availabilityZone",
        "availabilityZoneId",
        "cidrBlock",
        "customerOwnedIpv4Pool",
        "enableDns64",
        "enableLniAtDeviceIndex",
        "enableResourceNameDnsARecordOnLaunch",
        "enableResourceNameDnsAaaaRecordOnLaunch",
        "ipv4IpamPoolId",
        "ipv4NetmaskLength",
        "ipv6CidrBlock",
        "ipv6IpamPoolId",
        "ipv6Native",
        "ipv6NetmaskLength",
        "mapCustomerOwnedIpOnLaunch",
        "mapPublicIpOnLaunch",
        "outpostArn",
        "privateDnsHostnameTypeOnLaunch",
        "tags",
        "vpcId",
    ],
    required: ["vpcId"],
    replaceOn: [
        "availabilityZone",
        "availabilityZoneId",
        "cidrBlock",
        "ipv4IpamPoolId",
        "ipv4NetmaskLength",
        "ipv6Native",
        "outpostArn",
        "vpcId",
    ],
    defaults: {
        assignIpv6AddressOnCreation: false,
        enableDns64: false,
        enableResourceNameDnsARecordOnLaunch: false,
        enableResourceNameDnsAaaaRecordOnLaunch: false,
        ipv6Native: false,
        mapPublicIpOnLaunch: false,
    },
    computed: [
        "arn",
        "availabilityZone",
        "availabilityZoneId",
        "ipv6CidrBlockAssociationId",
        "ownerId",
        "privateDnsHostnameTypeOnLaunch",
    ],

    check(inputs) {
        const problems = new Problems();
        checkBlock(problems, text(inputs, "cidrBlock"));
        problems.range(inputs, "ipv4NetmaskLength", 16, 28);
        const ipv6 = text(inputs, "ipv6CidrBlock");
        if (ipv6 !== undefined && parseIpv6Cidr(ipv6)?.prefix !== 64) {
            problems.add("ipv6CidrBlock", `must be an IPv6 /64 without host bits, got "${ipv6}"`);
        }
        if (
            flag(inputs, "assignIpv6AddressOnCreation") === true &&
            !["ipv6CidrBlock", "ipv6IpamPoolId"].some((property) => given(inputs, property))
        ) {
            problems.add("assignIpv6AddressOnCreation", "needs an ipv6CidrBlock");
        }
        problems.atMostOne(inputs, ["availabilityZone", "availabilityZoneId"]);
        problems.oneOf(inputs, "privateDnsHostnameTypeOnLaunch", ["ip-name", "resource-name"]);
        const ipv6Only = flag(inputs, "ipv6Native") === true;
        if (!given(inputs, "cidrBlock") && !given(inputs, "ipv4IpamPoolId") && !ipv6Only) {
            problems.add("cidrBlock", "must be set, unless the subnet is IPv6 only");
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const vpc = required(context, "vpc", text(inputs, "vpcId") ?? "");
        refuseZone(inputs, context);
        const others = context.store
            .list(tokens.subnet, context.region)
            .filter((other) => isOther(other, current) && other.outputs.vpcId === vpc.id);
        refuseBlock(inputs, vpc, others);
        refuseIpv6Block(inputs, vpc, others);
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `subnet-${context.unique(17)}`);
        const zones = zonesOf(context.region);
        const wanted = text(inputs, "availabilityZoneId");
        const zone =
            text(inputs, "availabilityZone") ??
            text(current, "availabilityZone") ??
            zones.find((name) => zoneId(name) === wanted) ??
            zones[0] ??
            "";
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `subnet/${id}`),
                availabilityZone: zone,
                availabilityZoneId: zoneId(zone),
                enableLniAtDeviceIndex: number(inputs, "enableLniAtDeviceIndex") ?? 0,
                ipv6CidrBlockAssociationId: given(inputs, "ipv6CidrBlock")
                    ? `subnet-cidr-assoc-${id.slice("subnet-".length)}`
                    : "",
                ownerId: context.accountId,
                privateDnsHostnameTypeOnLaunch:
                    text(inputs, "privateDnsHostnameTypeOnLaunch") ?? "ip-name",
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "id") ?? "";
        if (holdsInterfaces(id, context)) {
            throw dependencyViolation(`The subnet '${id}' has dependencies and cannot be deleted.`);
        }
    },
};

function refuseBlock(inputs: Props, vpc: StoredResource, others: readonly StoredResource[]): void {
    const block = text(inputs, "cidrBlock") ?? "";
    const cidr = parseCidr(block);
    const outer = parseCidr(text(vpc.outputs, "cidrBlock") ?? "");
    if (cidr === undefined) {
        return;
    }
    if (outer !== undefined && !contains(outer, cidr)) {
        throw outOfRange(block);
    }
    const taken = others.map((other) => parseCidr(text(other.outputs, "cidrBlock") ?? ""));
    if (taken.some((other) => other !== undefined && overlap(other, cidr))) {
        throw conflict(block);
    }
}

/** @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6 */
function refuseIpv6Block(
    inputs: Props,
    vpc: StoredResource,
    others: readonly StoredResource[],
): void {
    const block = text(inputs, "ipv6CidrBlock") ?? "";
    const cidr = parseIpv6Cidr(block);
    const outer = parseIpv6Cidr(text(vpc.outputs, "ipv6CidrBlock") ?? "");
    if (cidr === undefined) {
        return;
    }
    if (outer === undefined || !ipv6Contains(outer, cidr)) {
        throw outOfRange(block);
    }
    const taken = others.map((other) => parseIpv6Cidr(text(other.outputs, "ipv6CidrBlock") ?? ""));
    if (taken.some((other) => other !== undefined && ipv6Overlap(other, cidr))) {
        throw conflict(block);
    }
}

function outOfRange(block: string): AwsError {
    return new AwsError("InvalidSubnet.Range", `The CIDR '${block}' is invalid.`);
}

function conflict(block: string): AwsError {
    return new AwsError(
        "InvalidSubnet.Conflict",
        `The CIDR '${block}' conflicts with another subnet`,
    );
}

function refuseZone(inputs: Props, context: TypeContext): void {
    const zones = zonesOf(context.region);
    const refuse = (value: string, parameter: string, allowed: readonly string[]): never => {
        throw new AwsError(
            "InvalidParameterValue",
            `Value (${value}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${allowed.join(", ")}.`,
        );
    };
    const name = text(inputs, "availabilityZone");
    if (name !== undefined && !zones.includes(name)) {
        refuse(name, "availabilityZone", zones);
    }
    const id = text(inputs, "availabilityZoneId");
    const ids = zones.map(zoneId);
    if (id !== undefined && !ids.includes(id)) {
        refuse(id, "availabilityZoneId", ids);
    }
}

/** Whether a load balancer, a task or an endpoint has a network interface in the subnet. */
function holdsInterfaces(subnetId: string, context: TypeContext): boolean {
    const uses = (resource: StoredResource): boolean =>
        texts(resource.outputs, "subnets").includes(subnetId) ||
        texts(resource.outputs, "subnetIds").includes(subnetId) ||
        records(resource.outputs, "subnetMappings").some(
            (mapping) => text(mapping, "subnetId") === subnetId,
        ) ||
        texts(record(resource.outputs, "networkConfiguration"), "subnets").includes(subnetId);
    return [tokens.loadBalancer, tokens.vpcEndpoint, tokens.service].some((type) =>
        context.store.list(type, context.region).some(uses),
    );
}
