import { awsRegions } from "../../world/network";
import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { byArn, isOther, items, keepId, number, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseEndpoints } from "./endpoints";
import { contains, portRangesOf } from "./listener";
import { groupsOf, listenersOf, tokens } from "./tokens";

/** https://docs.aws.amazon.com/global-accelerator/latest/dg/limits-global-accelerator.html */
const mostGroups = 42;
const mostEndpoints = 10;
const mostOverrides = 10;

/** @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_CreateEndpointGroup.html */
export const endpointGroupType: ResourceType = {
    type: tokens.endpointGroup,
    service: "globalaccelerator",
    home: "us-west-2",
    actions: {
        create: "CreateEndpointGroup",
        read: "DescribeEndpointGroup",
        update: "UpdateEndpointGroup",
        delete: "DeleteEndpointGroup",
    },
    inputs: [
        "endpointConfigurations",
        "endpointGroupRegion",
        "healthCheckIntervalSeconds",
        "healthCheckPath",
        "healthCheckPort",
        "healthCheckProtocol",
        "listenerArn",
        "portOverrides",
        "thresholdCount",
        "trafficDialPercentage",
    ],
    // The provider would fill in its own region, which nobody means: name it.
    required: ["endpointGroupRegion", "listenerArn"],
    replaceOn: ["endpointGroupRegion", "listenerArn"],
    defaults: {
        healthCheckIntervalSeconds: 30,
        healthCheckProtocol: "TCP",
        thresholdCount: 3,
        trafficDialPercentage: 100,
    },
    unordered: ["endpointConfigurations", "portOverrides"],
    computed: ["arn", "endpointGroupRegion", "healthCheckPath", "healthCheckPort"],

    check(inputs) {
        const problems = new Problems();
        problems.oneOf(inputs, "endpointGroupRegion", awsRegions);
        const dial = number(inputs, "trafficDialPercentage");
        if (dial !== undefined && !(dial >= 0 && dial <= 100)) {
            problems.add("trafficDialPercentage", `must be from 0 to 100, got ${dial}`);
        }
        const interval = number(inputs, "healthCheckIntervalSeconds");
        if (interval !== undefined && interval !== 10 && interval !== 30) {
            problems.add("healthCheckIntervalSeconds", `must be 10 or 30 seconds, got ${interval}`);
        }
        problems.range(inputs, "thresholdCount", 1, 10);
        problems.range(inputs, "healthCheckPort", 1, 65535);
        problems.oneOf(inputs, "healthCheckProtocol", ["TCP", "HTTP", "HTTPS"]);
        problems.matches(
            inputs,
            "healthCheckPath",
            /^\/[-a-zA-Z0-9@:%_\\+.~#?&/=]{0,254}$/,
            "must begin with a slash and have at most 255 characters",
        );
        checkEndpoints(problems, inputs);
        checkOverrides(problems, inputs);
        return problems.found;
    },

    admit(inputs, context, current) {
        const listenerArn = text(inputs, "listenerArn") ?? "";
        const listener = byArn(context, tokens.listener, listenerArn);
        const accelerator = byArn(
            context,
            tokens.accelerator,
            text(listener?.outputs, "acceleratorArn") ?? "",
        );
        if (listener === undefined || accelerator === undefined) {
            throw new AwsError(
                "ListenerNotFoundException",
                "The listener that you specified doesn't exist.",
            );
        }
        const region = text(inputs, "endpointGroupRegion");
        const listeners = listenersOf(context, accelerator.id);
        const others = listeners
            .flatMap(({ id }) => groupsOf(context, id))
            .filter((other) => isOther(other, current));
        const same = others.some(
            ({ outputs }) =>
                text(outputs, "listenerArn") === listenerArn &&
                text(outputs, "endpointGroupRegion") === region,
        );
        if (same) {
            throw new AwsError(
                "EndpointGroupAlreadyExistsException",
                `The endpoint group that you specified already exists: a listener can have only one endpoint group in ${region}.`,
            );
        }
        if (current === undefined && others.length >= mostGroups) {
            throw new AwsError(
                "LimitExceededException",
                `An accelerator has at most ${mostGroups} endpoint groups.`,
            );
        }
        refuseOverrides(inputs, listener, listeners);
        refuseEndpoints(inputs, accelerator.outputs, context);
    },

    compute(inputs, context, current) {
        const id = keepId(
            current,
            () => `${text(inputs, "listenerArn")}/endpoint-group/${context.unique(12)}`,
        );
        return {
            id,
            outputs: {
                healthCheckPath: text(inputs, "healthCheckProtocol") === "TCP" ? "" : "/",
                healthCheckPort: firstPort(text(inputs, "listenerArn") ?? "", context),
                ...inputs,
                id,
                arn: id,
            },
        };
    },
};

/** Weights: https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.html */
function checkEndpoints(problems: Problems, inputs: Props): void {
    const count = items(inputs, "endpointConfigurations").length;
    if (count > mostEndpoints) {
        problems.add("endpointConfigurations", `at most ${mostEndpoints} endpoints, got ${count}`);
    }
    const seen = new Set<string>();
    records(inputs, "endpointConfigurations").forEach((endpoint, index) => {
        const path = `endpointConfigurations[${index}].`;
        problems.range(endpoint, "weight", 0, 255, path);
        const id = text(endpoint, "endpointId");
        if (id !== undefined && seen.has(id)) {
            problems.add(`${path}endpointId`, `${id} is in the group already`);
        }
        if (id !== undefined) {
            seen.add(id);
        }
    });
}

function checkOverrides(problems: Problems, inputs: Props): void {
    const count = items(inputs, "portOverrides").length;
    if (count > mostOverrides) {
        problems.add("portOverrides", `at most ${mostOverrides} overrides, got ${count}`);
    }
    const seen = { listenerPort: new Set<number>(), endpointPort: new Set<number>() };
    records(inputs, "portOverrides").forEach((override, index) => {
        const path = `portOverrides[${index}].`;
        for (const end of ["listenerPort", "endpointPort"] as const) {
            problems.range(override, end, 1, 65535, path);
            const port = number(override, end);
            if (port !== undefined && seen[end].has(port)) {
                problems.add(path + end, `${port} is overridden already`);
            }
            if (port !== undefined) {
                seen[end].add(port);
            }
        }
    });
}

/** @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups-port-override.html */
function refuseOverrides(
    inputs: Props,
    listener: StoredResource,
    listeners: readonly StoredResource[],
): void {
    for (const override of records(inputs, "portOverrides")) {
        const from = number(override, "listenerPort") ?? 0;
        const to = number(override, "endpointPort") ?? 0;
        if (!portRangesOf(listener.outputs).some((range) => contains(range, from))) {
            throw new AwsError(
                "InvalidPortRangeException",
                `The listener port ${from} of a port override is not in the listener's port ranges.`,
            );
        }
        const clash = listeners
            .flatMap(({ outputs }) => portRangesOf(outputs))
            .some((range) => contains(range, to));
        if (clash) {
            throw new AwsError(
                "InvalidPortRangeException",
                `The endpoint port ${to} of a port override can't be in a listener port range of the accelerator.`,
            );
        }
    }
}

/** The listener's first port, which AWS checks when no other is named. */
function firstPort(listenerArn: string, context: TypeContext): number {
    const listener = byArn(context, tokens.listener, listenerArn);
    return portRangesOf(listener?.outputs ?? {})[0]?.from ?? 0;
}
