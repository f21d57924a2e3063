import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { given, items, keepId, number, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";
import { refuseAlarm } from "./healthCheckAlarm";
import { isPublic } from "./publicAddress";
import { healthCheckType } from "./recordSet";

/** The regions that health checkers run in, https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html. */
export const checkerRegions = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
] as const;

const endpointTypes = ["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"];
const allTypes = [...endpointTypes, "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"];

const onlyEndpoints = [
    "enableSni",
    "failureThreshold",
    "fqdn",
    "ipAddress",
    "measureLatency",
    "port",
    "regions",
    "requestInterval",
    "resourcePath",
    "searchString",
];
const onlyOf: Readonly<Record<string, readonly string[]>> = {
    CALCULATED: ["childHealthThreshold", "childHealthchecks"],
    CLOUDWATCH_METRIC: [
        "cloudwatchAlarmName",
        "cloudwatchAlarmRegion",
        "insufficientDataHealthStatus",
    ],
    RECOVERY_CONTROL: ["routingControlArn"],
};

/** @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const type = text(inputs, "type");
    problems.oneOf(inputs, "type", allTypes);
    if (type === undefined || !allTypes.includes(type)) {
        return problems.found;
    }
    const endpoint = endpointTypes.includes(type);
    for (const property of endpoint ? [] : onlyEndpoints) {
        if (given(inputs, property)) {
            problems.add(property, `not allowed for a health check of type ${type}`);
        }
    }
    for (const [owner, properties] of Object.entries(onlyOf)) {
        for (const property of owner === type ? [] : properties) {
            if (given(inputs, property)) {
                problems.add(property, `only allowed for a health check of type ${owner}`);
            }
        }
    }
    if (endpoint) {
        checkEndpoint(inputs, type, problems);
    } else if (type === "CALCULATED") {
        checkCalculated(inputs, problems);
    } else if (type === "CLOUDWATCH_METRIC") {
        for (const property of ["cloudwatchAlarmName", "cloudwatchAlarmRegion"]) {
            if (!given(inputs, property)) {
                problems.add(property, "required for a health check of type CLOUDWATCH_METRIC");
            }
        }
        problems.oneOf(inputs, "insufficientDataHealthStatus", [
            "Healthy",
            "Unhealthy",
            "LastKnownStatus",
        ]);
    } else if (!given(inputs, "routingControlArn")) {
        problems.add("routingControlArn", "required for a health check of type RECOVERY_CONTROL");
    }
    return problems.found;
}

function checkEndpoint(inputs: Props, type: string, problems: Problems): void {
    if (!given(inputs, "fqdn") && !given(inputs, "ipAddress")) {
        problems.add(
            "fqdn",
            "Invalid parameter : one of FullyQualifiedDomainName and IPAddress must be specified",
        );
    }
    const interval = number(inputs, "requestInterval");
    if (interval !== undefined && interval !== 10 && interval !== 30) {
        problems.add(
            "requestInterval",
            `Invalid parameter : RequestInterval must be 10 or 30, got ${interval}`,
        );
    }
    problems.range(inputs, "failureThreshold", 1, 10);
    problems.range(inputs, "port", 1, 65535);
    if (type === "TCP" && !given(inputs, "port")) {
        problems.add("port", "required for a health check of type TCP");
    }
    checkSearch(inputs, type, problems);
    if (type === "TCP" && given(inputs, "resourcePath")) {
        problems.add("resourcePath", "not allowed for a health check of type TCP");
    }
    for (const [property, most] of [
        ["fqdn", 255],
        ["resourcePath", 255],
    ] as const) {
        const value = text(inputs, property);
        if (value !== undefined && value.length > most) {
            problems.add(property, `at most ${most} characters, got ${value.length}`);
        }
    }
    checkRegions(inputs, problems);
    const address = text(inputs, "ipAddress");
    if (address !== undefined && !isPublic(address)) {
        problems.add("ipAddress", `must be a public address, got ${address}`);
    }
}

function checkSearch(inputs: Props, type: string, problems: Problems): void {
    const matches = type.endsWith("_STR_MATCH");
    const search = text(inputs, "searchString");
    if (matches && !given(inputs, "searchString")) {
        problems.add(
            "searchString",
            `Invalid parameter : SearchString must be specified for a health check of type ${type}`,
        );
    }
    if (!matches && given(inputs, "searchString")) {
        problems.add("searchString", `only allowed for types HTTP_STR_MATCH and HTTPS_STR_MATCH`);
    }
    if (search !== undefined && (search.length < 1 || search.length > 255)) {
        problems.add("searchString", `1 to 255 characters, got ${search.length}`);
    }
}

function checkRegions(inputs: Props, problems: Problems): void {
    const regions = items(inputs, "regions");
    if (Array.isArray(inputs.regions) && (regions.length < 3 || regions.length > 64)) {
        problems.add(
            "regions",
            `Invalid parameter : at least 3 health checker regions must be specified, got ${regions.length}`,
        );
    }
    for (const region of texts(inputs, "regions")) {
        if (!(checkerRegions as readonly string[]).includes(region)) {
            problems.add("regions", `must be of ${checkerRegions.join(", ")}, got "${region}"`);
        }
    }
}

/** @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated */
function checkCalculated(inputs: Props, problems: Problems): void {
    problems.range(inputs, "childHealthThreshold", 0, 256);
    if (!given(inputs, "childHealthThreshold")) {
        problems.add(
            "childHealthThreshold",
            "Invalid parameter : Calculated health checks must have a health threshold specified",
        );
    }
    const children = items(inputs, "childHealthchecks");
    if (children.length > 255) {
        problems.add(
            "childHealthchecks",
            `Invalid parameter : at most 255 child health checks are allowed, got ${children.length}`,
        );
    }
    if (
        new Set(children.filter((child) => typeof child === "string")).size <
        texts(inputs, "childHealthchecks").length
    ) {
        problems.add("childHealthchecks", "Invalid parameter : child health checks must be unique");
    }
}

function admit(inputs: Props, context: TypeContext): void {
    refuseAlarm(inputs, context);
    for (const child of texts(inputs, "childHealthchecks")) {
        const found = context.store.get(healthCheckType, "global", child);
        if (found === undefined) {
            throw new AwsError(
                "InvalidInput",
                `Invalid parameter : Child health check ${child} does not exist`,
            );
        }
        // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-health-checks-to-monitor
        if (text(found.outputs, "type") === "CALCULATED") {
            throw new AwsError(
                "InvalidInput",
                `Invalid parameter : Child health check ${child} is a calculated one, and a calculated health check cannot monitor another`,
            );
        }
    }
}

/**
 * A health check. Deleting one that records or calculated checks still name is allowed, as on AWS
 * (https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHealthCheck.html): what names it
 * then goes by a check that is no more.
 */
export const healthCheck: ResourceType = {
    type: healthCheckType,
    service: "route53",
    home: "us-east-1",
    actions: {
        create: "CreateHealthCheck",
        read: "GetHealthCheck",
        update: "UpdateHealthCheck",
        delete: "DeleteHealthCheck",
    },
    inputs: [
        "childHealthThreshold",
        "childHealthchecks",
        "cloudwatchAlarmName",
        "cloudwatchAlarmRegion",
        "disabled",
        "enableSni",
        "failureThreshold",
        "fqdn",
        "insufficientDataHealthStatus",
        "invertHealthcheck",
        "ipAddress",
        "measureLatency",
        "port",
        "referenceName",
        "regions",
        "requestInterval",
        "resourcePath",
        "routingControlArn",
        "searchString",
        "tags",
        "triggers",
        "type",
    ],
    required: ["type"],
    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html: these cannot be updated.
    replaceOn: ["measureLatency", "referenceName", "requestInterval", "routingControlArn", "type"],
    unordered: ["childHealthchecks", "regions"],
    computed: ["arn"],
    check,
    admit,
    compute: (inputs, context, current) => {
        const id = keepId(current, () => uuid(context.unique(32)));
        const type = text(inputs, "type") ?? "";
        const endpoint = endpointTypes.includes(type);
        return {
            id,
            outputs: {
                disabled: false,
                invertHealthcheck: false,
                ...(endpoint
                    ? {
                          failureThreshold: 3,
                          requestInterval: 30,
                          measureLatency: false,
                          enableSni: type.startsWith("HTTPS"),
                          ...(type === "TCP" ? {} : { port: type.startsWith("HTTPS") ? 443 : 80 }),
                      }
                    : {}),
                ...inputs,
                arn: `arn:aws:route53:::healthcheck/${id}`,
            },
        };
    },
};
