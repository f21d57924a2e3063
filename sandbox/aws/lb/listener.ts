import type { Props, StoredResource } from "../../world/store";
import { refuseUnusableCertificate } from "../acm/status";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byArn, given, isOther, number, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { inputNames } from "./listenerInputs";
import { lbTokens } from "./names";
import { isSecurityPolicy } from "./securityPolicies";

const actionTypes = [
    "authenticate-cognito",
    "authenticate-oidc",
    "fixed-response",
    "forward",
    "jwt-validation",
    "redirect",
];

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
export const listenerType: ResourceType = {
    type: lbTokens.listener,
    service: "elbv2",
    home: "regional",
    actions: {
        create: "CreateListener",
        read: "DescribeListeners",
        update: "ModifyListener",
        delete: "DeleteListener",
    },
    inputs: inputNames,
    required: ["defaultActions", "loadBalancerArn"],
    replaceOn: ["loadBalancerArn"],
    computed: ["arn", "sslPolicy"],

    check(inputs) {
        const problems = new Problems();
        problems.range(inputs, "port", 1, 65535);
        problems.oneOf(inputs, "protocol", [
            "GENEVE",
            "HTTP",
            "HTTPS",
            "QUIC",
            "TCP",
            "TCP_QUIC",
            "TCP_UDP",
            "TLS",
            "UDP",
        ]);
        if (!given(inputs, "port")) {
            problems.add("port", "must be set");
        }
        const secure = ["HTTPS", "TLS"].includes(text(inputs, "protocol") ?? "HTTP");
        if (secure && !given(inputs, "certificateArn")) {
            problems.add(
                "certificateArn",
                "A certificate must be specified for HTTPS and TLS listeners",
            );
        }
        for (const property of ["certificateArn", "sslPolicy"]) {
            if (!secure && given(inputs, property)) {
                problems.add(
                    property,
                    `is for HTTPS and TLS listeners, got protocol ${text(inputs, "protocol") ?? "HTTP"}`,
                );
            }
        }
        records(inputs, "defaultActions").forEach((action, index) => {
            checkAction(problems, action, `defaultActions[${index}].`);
        });
        return problems.found;
    },

    admit(inputs, context, current) {
        const balancer = byArn(
            context,
            lbTokens.loadBalancer,
            text(inputs, "loadBalancerArn") ?? "",
        );
        if (balancer?.region !== context.region) {
            throw new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
        }
        refusePort(inputs, balancer, context, current);
        const policy = text(inputs, "sslPolicy");
        if (policy !== undefined && !isSecurityPolicy(policy)) {
            throw new AwsError("SSLPolicyNotFound", `SSL policy '${policy}' not found`);
        }
        const certificate = text(inputs, "certificateArn");
        if (certificate !== undefined) {
            refuseUnusableCertificate(certificate, context);
        }
        for (const group of forwardedTo(inputs)) {
            refuseTargetGroup(group, balancer, context);
        }
    },

    compute(inputs, context, current) {
        const protocol = text(inputs, "protocol") ?? "HTTP";
        const id =
            text(current, "arn") ??
            arn(
                "elasticloadbalancing",
                context,
                `listener/${(text(inputs, "loadBalancerArn") ?? "").split(":loadbalancer/").pop()}/${context.unique(16)}`,
            );
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                protocol,
                sslPolicy:
                    text(inputs, "sslPolicy") ??
                    (protocol === "HTTPS" ? "ELBSecurityPolicy-2016-08" : ""),
            },
        };
    },
};

/** Target group ARNs that a listener's actions forward to. */
export function forwardedTo(listener: Props): readonly string[] {
    return records(listener, "defaultActions").flatMap((action) =>
        [
            text(action, "targetGroupArn") ?? [],
            ...records(record(action, "forward"), "targetGroups").map(
                (group) => text(group, "arn") ?? [],
            ),
        ].flat(),
    );
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html */
function checkAction(problems: Problems, action: Props, path: string): void {
    problems.oneOf(action, "type", actionTypes, path);
    const type = text(action, "type");
    if (type === "forward" && !given(action, "targetGroupArn") && !given(action, "forward")) {
        problems.add(`${path}targetGroupArn`, "a forward action must name a target group");
    }
    const redirect = record(action, "redirect");
    if (type === "redirect" && !given(action, "redirect")) {
        problems.add(`${path}redirect`, "a redirect action must say where to");
    }
    if (redirect !== undefined) {
        problems.oneOf(redirect, "statusCode", ["HTTP_301", "HTTP_302"], `${path}redirect.`);
        const changes = ["host", "path", "port", "protocol", "query"];
        if (!changes.some((property) => given(redirect, property))) {
            problems.add(
                `${path}redirect`,
                `must change one of ${changes.join(", ")}, or it redirects to itself`,
            );
        }
    }
    const fixed = record(action, "fixedResponse");
    if (type === "fixed-response" && !given(action, "fixedResponse")) {
        problems.add(`${path}fixedResponse`, "a fixed-response action must say the answer");
    }
    const status = number(fixed, "statusCode");
    if (status !== undefined && !/^[245]\d\d$/.test(String(status))) {
        problems.add(`${path}fixedResponse.statusCode`, `must be 2XX, 4XX or 5XX, got ${status}`);
    }
}

function refusePort(
    inputs: Props,
    balancer: StoredResource,
    context: TypeContext,
    current: Props | undefined,
): void {
    const taken = context.store
        .list(lbTokens.listener, context.region)
        .some(
            (other) =>
                isOther(other, current) &&
                text(other.outputs, "loadBalancerArn") === balancer.id &&
                number(other.outputs, "port") === number(inputs, "port"),
        );
    if (taken) {
        throw new AwsError(
            "DuplicateListener",
            `A listener already exists on this port for this load balancer '${balancer.id}'`,
        );
    }
}

function refuseTargetGroup(
    arnOfGroup: string,
    balancer: StoredResource,
    context: TypeContext,
): void {
    const group = byArn(context, lbTokens.targetGroup, arnOfGroup);
    if (group?.region !== context.region) {
        throw new AwsError("TargetGroupNotFound", "One or more target groups not found");
    }
    const vpcId = text(balancer.outputs, "vpcId");
    if (text(group.outputs, "targetType") !== "lambda" && text(group.outputs, "vpcId") !== vpcId) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            `The target group '${arnOfGroup}' and load balancer must be in the same VPC '${vpcId}'`,
        );
    }
    const elsewhere = context.store
        .list(lbTokens.listener, context.region)
        .some(
            (listener) =>
                forwardedTo(listener.outputs).includes(arnOfGroup) &&
                text(listener.outputs, "loadBalancerArn") !== balancer.id,
        );
    if (elsewhere) {
        throw new AwsError(
            "TargetGroupAssociationLimit",
            `The following target groups cannot be associated with more than one load balancer: '${arnOfGroup}'`,
        );
    }
}
