import {
    listOf,
    millions,
    numberOf,
    requestsPerRegion,
    secondsPerMonth,
    textOf,
    type CostRule,
    type Line,
} from "../pricedResource";

/**
 * A check, its options, and, where it looks at an object, the reads: every checker reads by itself.
 *
 * @see https://aws.amazon.com/route53/pricing/ for what is an option
 */
const healthCheck: CostRule = ({ properties }, { usage }) => {
    const type = textOf(properties, "type");
    const interval = numberOf(properties, "requestInterval", 30);
    const options = [
        type.startsWith("HTTPS"),
        type.endsWith("STR_MATCH"),
        interval === 10 && type !== "CALCULATED",
        properties["measureLatency"] === true,
    ].filter(Boolean).length;
    const bucketRegion = /\.s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(
        textOf(properties, "fqdn"),
    )?.[1];
    const checkers = listOf(properties, "regions").length * usage.checkersPerRegion;
    const reads: Line[] =
        bucketRegion === undefined
            ? []
            : [
                  {
                      price: "bucket-reads",
                      quantity: ((secondsPerMonth / interval) * checkers) / 1000,
                      region: bucketRegion,
                  },
              ];
    return [
        { price: "health-check", quantity: 1 },
        { price: "health-check-option", quantity: options },
        ...reads,
    ];
};

/** A metric each for an alarm of its own; the metrics of an expression count each. */
const alarm: CostRule = ({ properties }) => {
    const queries = listOf(properties, "metricQueries").filter(
        (query) => query["metric"] !== undefined,
    );
    const fast =
        numberOf(properties, "period", 60) < 60 ||
        queries.some(
            (query) => numberOf(query["metric"] as Record<string, unknown>, "period", 60) < 60,
        );
    return [
        {
            price: fast ? "alarm-metric-fast" : "alarm-metric",
            quantity: Math.max(queries.length, 1),
        },
    ];
};

const logGroup: CostRule = ({ properties, urn }, context) => {
    const { usage } = context;
    const name = textOf(properties, "name");
    const ingested =
        name.startsWith("/aws/lambda/") ||
        /(ConflictDetector|EventReplication|HandlerFunction)\$/.test(urn)
            ? usage.functionLogGigabytes
            : urn.includes("FlowLogs$")
              ? usage.flowLogGigabytes
              : (requestsPerRegion(context) * usage.logBytesPerRequest) / 1e9;
    return [
        { price: "log-ingest", quantity: ingested },
        { price: "log-storage", quantity: ingested * usage.logMonths },
    ];
};

/** Users' questions, by the policy of the record they meet first; aliases to AWS's names are free. */
const record: CostRule = ({ properties }, { usage, neighbours }) => {
    const asked = neighbours.filter(
        ({ type, properties: other }) =>
            type === "aws:route53/record:Record" &&
            other["name"] === properties["name"] &&
            other["geolocationRoutingPolicies"] !== undefined,
    ).length;
    return properties["geolocationRoutingPolicies"] === undefined
        ? []
        : [
              {
                  price: "dns-queries-geo",
                  quantity: millions((usage.requests * usage.dnsQueriesPerRequest) / asked),
              },
          ];
};

/** What watches, tells and protects. */
export const operationsRules: Readonly<Record<string, CostRule>> = {
    "aws:route53/healthCheck:HealthCheck": healthCheck,
    "aws:route53/record:Record": record,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => [
        { price: "alarm-composite", quantity: 1 },
    ],
    "aws:cloudwatch/dashboard:Dashboard": () => [{ price: "dashboard", quantity: 1 }],
    "aws:cloudwatch/logGroup:LogGroup": logGroup,
    "aws:kms/key:Key": (_, { usage }) => [
        { price: "key", quantity: 1 },
        { price: "key-requests", quantity: usage.keyRequests / 10_000 },
    ],
    "aws:kms/replicaKey:ReplicaKey": () => [{ price: "key", quantity: 1 }],
    "aws:sns/topic:Topic": (_, { usage }) => [
        { price: "topic-requests", quantity: millions(usage.messages) },
    ],
    "aws:sqs/queue:Queue": (_, { usage }) => [
        { price: "queue-requests", quantity: millions(usage.messages) },
    ],
};
