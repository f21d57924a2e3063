import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byId, given, isOther, keepId, number, text } from "../support/known";
import { Problems } from "../support/problems";
import { required, tokens } from "./tokens";

const sources = [
    "eniId",
    "regionalNatGatewayId",
    "subnetId",
    "transitGatewayAttachmentId",
    "transitGatewayId",
    "vpcId",
] as const;

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
export const flowLogType: ResourceType = {
    type: tokens.flowLog,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateFlowLogs",
        read: "DescribeFlowLogs",
        update: "CreateTags",
        delete: "DeleteFlowLogs",
    },
    inputs: [
        ...sources,
        "deliverCrossAccountRole",
        "destinationOptions",
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "tagFieldSpecifications",
        "tags",
        "trafficType",
    ],
    required: [],
    replaceOn: [
        ...sources,
        "deliverCrossAccountRole",
        "destinationOptions",
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "tagFieldSpecifications",
        "trafficType",
    ],
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    computed: ["arn", "logFormat"],

    check(inputs) {
        const problems = new Problems();
        problems.exactlyOne(inputs, sources);
        problems.oneOf(inputs, "trafficType", ["ACCEPT", "ALL", "REJECT"]);
        problems.oneOf(inputs, "logDestinationType", [
            "cloud-watch-logs",
            "kinesis-data-firehose",
            "s3",
        ]);
        const interval = number(inputs, "maxAggregationInterval");
        if (interval !== undefined && interval !== 60 && interval !== 600) {
            problems.add("maxAggregationInterval", `must be 60 or 600 seconds, got ${interval}`);
        }
        if (["vpcId", "subnetId", "eniId"].some((source) => given(inputs, source))) {
            if (!given(inputs, "trafficType")) {
                problems.add("trafficType", "must be set to ACCEPT, REJECT or ALL");
            }
        }
        if (!given(inputs, "logDestination")) {
            problems.add("logDestination", "must be the ARN that logs go to");
        }
        if (text(inputs, "logDestinationType") === "cloud-watch-logs") {
            if (!given(inputs, "iamRoleArn")) {
                problems.add("iamRoleArn", "must be set for a log group as destination");
            }
        } else if (given(inputs, "iamRoleArn")) {
            problems.add("iamRoleArn", "is for a log group as destination only");
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const vpcId = text(inputs, "vpcId");
        if (vpcId !== undefined) {
            required(context, "vpc", vpcId);
        }
        const subnetId = text(inputs, "subnetId");
        if (subnetId !== undefined) {
            required(context, "subnet", subnetId);
        }
        refuseDestination(inputs, context);
        const describe = (props: Props): string =>
            [...sources, "logDestination", "trafficType"]
                .map((property) => text(props, property) ?? "")
                .join("|");
        const same = context.store
            .list(tokens.flowLog, context.region)
            .some(
                (other) => isOther(other, current) && describe(other.outputs) === describe(inputs),
            );
        if (same) {
            throw new AwsError(
                "FlowLogAlreadyExists",
                "Error. There is an existing Flow Log with the same configuration and log destination.",
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `fl-${context.unique(17)}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `vpc-flow-log/${id}`),
                logFormat: text(inputs, "logFormat") ?? defaultFormat,
            },
        };
    },
};

const defaultFormat =
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/**
 * A log group must exist in the region and its role must trust the flow logs service, a bucket must exist.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
 */
function refuseDestination(inputs: Props, context: TypeContext): void {
    const destination = text(inputs, "logDestination") ?? "";
    const kind = text(inputs, "logDestinationType");
    const refuse = (): never => {
        throw new AwsError(
            "LogDestinationNotFoundException",
            `LogDestination: ${destination} does not exist`,
        );
    };
    if (kind === "s3") {
        const bucket = destination.replace(/^arn:aws:s3:::/, "").split("/")[0];
        const exists = context.store.find(
            "aws:s3/bucket:Bucket",
            ({ outputs }) => text(outputs, "bucket") === bucket,
        );
        if (exists === undefined) {
            refuse();
        }
    }
    if (kind !== "cloud-watch-logs") {
        return;
    }
    const group = /^arn:aws:logs:([^:]+):\d+:log-group:([^:]+)(:\*)?$/.exec(destination);
    if (
        group?.[1] !== context.region ||
        byId(context, "aws:cloudwatch/logGroup:LogGroup", group[2] ?? "") === undefined
    ) {
        refuse();
    }
    const role = text(inputs, "iamRoleArn") ?? "";
    if (roleTrust(role, "vpc-flow-logs.amazonaws.com", context) !== "trusted") {
        throw new AwsError(
            "InvalidParameter",
            `Unable to assume the IAM role ${role}: it must exist and its trust policy must allow vpc-flow-logs.amazonaws.com`,
        );
    }
}
