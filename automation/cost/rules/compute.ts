import {
    gigabytes,
    hoursPerMonth,
    listOf,
    millions,
    numberOf,
    requestsPerRegion,
    secondsPerMonth,
    textOf,
    type CostContext,
    type CostResource,
    type CostRule,
} from "../pricedResource";

/** Tasks at their least, which run all the time; what scaling adds is use, and is not estimated. */
const service: CostRule = (resource, context) => {
    const task = onlyOne(context, "aws:ecs/taskDefinition:TaskDefinition");
    const platform = task?.properties["runtimePlatform"] as Record<string, unknown> | undefined;
    const kind = platform?.["cpuArchitecture"] === "ARM64" ? "arm" : "x86";
    const hours = leastTasks(resource, context) * hoursPerMonth;
    const size = task?.properties ?? {};
    return [
        {
            price: `fargate-${kind}-vcpu`,
            quantity: hours * (numberOf(size, "cpu", 256) / 1024),
            standing: true,
        },
        {
            price: `fargate-${kind}-memory`,
            quantity: hours * (numberOf(size, "memory", 512) / 1024),
            standing: true,
        },
    ];
};

/** Autoscaling's least, where it scales the service, else the count that was asked for. */
function leastTasks(resource: CostResource, context: CostContext): number {
    const target = context.neighbours.find(
        ({ type, properties }) =>
            type === "aws:appautoscaling/target:Target" &&
            properties["scalableDimension"] === "ecs:service:DesiredCount",
    );
    return numberOf(
        target?.properties ?? {},
        "minCapacity",
        numberOf(resource.properties, "desiredCount", 1),
    );
}

/** The capacity unit that is used most counts: new connections (25 a second) or bytes (1 GB an hour). */
const loadBalancer: CostRule = ({ properties }, context) => {
    const requests = requestsPerRegion(context);
    const { connectionsPerRequest, responseKilobytes } = context.usage;
    const connections = (requests * connectionsPerRequest) / secondsPerMonth / 25;
    const bytes = gigabytes(requests, responseKilobytes) / hoursPerMonth;
    const zones = Math.max(listOf(properties, "subnets").length, 1);
    return [
        { price: "alb-hour", quantity: hoursPerMonth },
        { price: "alb-lcu", quantity: Math.max(connections, bytes) * hoursPerMonth },
        ...(properties["internal"] === true
            ? []
            : [
                  { price: "public-ipv4", quantity: zones * hoursPerMonth },
                  { price: "transfer-internet", quantity: gigabytes(requests, responseKilobytes) },
              ]),
    ];
};

/** An interface endpoint is billed in each of its zones; a gateway endpoint costs nothing. */
const endpoint: CostRule = ({ properties }, { usage }) =>
    textOf(properties, "vpcEndpointType") === "Interface"
        ? [
              {
                  price: "endpoint-hour",
                  quantity: Math.max(listOf(properties, "subnetIds").length, 1) * hoursPerMonth,
              },
              { price: "endpoint-data", quantity: usage.endpointGigabytes },
          ]
        : [];

/** The keeper of homes runs for 55 of every 60 seconds, whatever is asked of the estate. */
const alwaysRuns = /HomeKeeping\$/;

const lambda: CostRule = ({ properties, urn }, { usage }) => {
    const architectures = properties["architectures"];
    const arm = Array.isArray(architectures) && architectures.includes("arm64");
    const memory = numberOf(properties, "memorySize", 128) / 1024;
    return [
        { price: "function-requests", quantity: millions(usage.functionInvocations) },
        {
            price: `function-${arm ? "arm" : "x86"}-duration`,
            quantity:
                memory *
                (alwaysRuns.test(urn)
                    ? (hoursPerMonth * 3600 * 55) / 60
                    : usage.functionInvocations * usage.functionSeconds),
        },
    ];
};

function onlyOne(context: CostContext, type: string): CostResource | undefined {
    return context.neighbours.find((neighbour) => neighbour.type === type);
}

/** What computes and what leads to it. */
export const computeRules: Readonly<Record<string, CostRule>> = {
    "aws:ecs/service:Service": service,
    "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
    "aws:lambda/function:Function": lambda,
    "aws:globalaccelerator/accelerator:Accelerator": () => [
        { price: "accelerator", quantity: hoursPerMonth },
    ],
    "aws:cloudfront/distribution:Distribution": (_, { usage }) => [
        { price: "edge-requests", quantity: usage.requests / 10_000 },
        { price: "edge-transfer", quantity: gigabytes(usage.requests, usage.responseKilobytes) },
    ],
    "aws:wafv2/webAcl:WebAcl": ({ properties }, context) => [
        { price: "web-acl", quantity: 1 },
        { price: "web-acl-rule", quantity: listOf(properties, "rules").length },
        {
            price: "web-acl-requests",
            quantity: millions(
                properties["scope"] === "CLOUDFRONT"
                    ? context.usage.requests
                    : requestsPerRegion(context),
            ),
        },
    ],
};
