import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, isOther, items, keepId, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";
import { refuseEndpoints } from "./endpoints";
import { refuseFlowLogs } from "./flowLogs";
import { acceleratorZoneId, groupsOf, isDualStack, listenersOf, tokens } from "./tokens";

/** https://docs.aws.amazon.com/global-accelerator/latest/dg/limits-global-accelerator.html */
const mostAccelerators = 20;

/** @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_CreateAccelerator.html */
export const acceleratorType: ResourceType = {
    type: tokens.accelerator,
    service: "globalaccelerator",
    home: "us-west-2",
    actions: {
        create: "CreateAccelerator",
        read: "DescribeAccelerator",
        update: "UpdateAccelerator",
        delete: "DeleteAccelerator",
    },
    inputs: ["attributes", "enabled", "ipAddressType", "ipAddresses", "name", "tags"],
    required: [],
    replaceOn: ["ipAddresses"],
    autoname: { property: "name", maxLength: 64 },
    defaults: { enabled: true, ipAddressType: "IPV4" },
    computed: ["arn", "dnsName", "dualStackDnsName", "hostedZoneId", "ipSets"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^(?![-.])[A-Za-z0-9.-]{1,64}(?<![-.])$/,
            "must be 1 to 64 letters, digits, periods and hyphens, not begin or end with a hyphen or a period",
        );
        problems.oneOf(inputs, "ipAddressType", ["IPV4", "DUAL_STACK"]);
        if (items(inputs, "ipAddresses").length > 2) {
            problems.add(
                "ipAddresses",
                `at most 2 addresses, got ${items(inputs, "ipAddresses").length}`,
            );
        }
        checkFlowLogs(problems, record(inputs, "attributes") ?? {});
        return problems.found;
    },

    admit(inputs, context, current) {
        const others = context.store
            .list(tokens.accelerator)
            .filter((other) => isOther(other, current));
        if (current === undefined && others.length >= mostAccelerators) {
            throw new AwsError(
                "LimitExceededException",
                `An account has at most ${mostAccelerators} standard accelerators.`,
            );
        }
        // https://docs.aws.amazon.com/global-accelerator/latest/dg/using-byoip.html: addresses come from
        // ranges that were brought to the account before, and this one has none.
        if (items(inputs, "ipAddresses").length > 0) {
            throw new AwsError(
                "InvalidArgumentException",
                `The IP addresses ${items(inputs, "ipAddresses").join(", ")} are in no address range that was provisioned for the account.`,
            );
        }
        const attributes = record(inputs, "attributes") ?? {};
        if (flag(attributes, "flowLogsEnabled") === true) {
            refuseFlowLogs(attributes, context);
        }
        // One that becomes dual-stack asks of the endpoints it has what it asks of new ones.
        for (const group of allGroups(text(current, "arn"), context)) {
            refuseEndpoints(group.outputs, inputs, context);
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () =>
            arn("globalaccelerator", context, `accelerator/${uuid(context.unique(32))}`),
        );
        const label = `a${context.unique(16)}`;
        const dnsName = text(current, "dnsName") ?? `${label}.awsglobalaccelerator.com`;
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                dnsName,
                dualStackDnsName: isDualStack(inputs) ? dnsName.replace(".", ".dualstack.") : "",
                hostedZoneId: acceleratorZoneId,
                ipSets: ipSets(inputs, context.unique(4)),
            },
        };
    },

    /**
     * The provider disables an accelerator itself before it deletes it, so AWS's
     * `AcceleratorNotDisabledException` never comes up; what still listens is another matter.
     *
     * @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_DeleteAccelerator.html
     */
    refuseDelete(outputs, context) {
        if (listenersOf(context, text(outputs, "arn") ?? "").length > 0) {
            throw new AwsError(
                "AssociatedListenerFoundException",
                "The accelerator that you specified has a listener associated with it. You must remove all dependent resources from an accelerator before you can delete it.",
            );
        }
    },
};

/** @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_AcceleratorAttributes.html */
function checkFlowLogs(problems: Problems, attributes: Props): void {
    for (const property of ["flowLogsS3Bucket", "flowLogsS3Prefix"]) {
        problems.matches(
            attributes,
            property,
            /^.{0,255}$/s,
            "must be at most 255 characters",
            "attributes.",
        );
        if (flag(attributes, "flowLogsEnabled") === true && !given(attributes, property)) {
            problems.add(`attributes.${property}`, "must be set when flow logs are enabled");
        }
    }
}

function allGroups(acceleratorArn: string | undefined, context: TypeContext) {
    return acceleratorArn === undefined
        ? []
        : listenersOf(context, acceleratorArn).flatMap(({ id }) => groupsOf(context, id));
}

/** Two static addresses of each family, from AWS's own ranges. */
function ipSets(inputs: Props, hex: string): readonly Props[] {
    const [third, fourth] = [hex.slice(0, 2), hex.slice(2, 4)].map((part) => parseInt(part, 16));
    const four = {
        ipFamily: "IPv4",
        ipAddresses: [`75.2.${third}.${fourth}`, `99.83.${third}.${fourth}`],
    };
    const six = {
        ipFamily: "IPv6",
        ipAddresses: [`2600:9000:a${hex.slice(0, 3)}::1`, `2600:9000:a${hex.slice(0, 3)}::2`],
    };
    return isDualStack(inputs) ? [four, six] : [four];
}
