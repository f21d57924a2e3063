import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { families } from "./engines";
import { checkIdentifier } from "./names";
import { tokens } from "./tokens";

/**
 * Parameters of the Redis and Valkey families that may be changed, with their values where they are few.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
const parameters: Readonly<Record<string, readonly string[] | undefined>> = {
    activedefrag: ["yes", "no"],
    activerehashing: ["yes", "no"],
    "cluster-enabled": ["yes", "no"],
    "lazyfree-lazy-eviction": ["yes", "no"],
    "lazyfree-lazy-expire": ["yes", "no"],
    "maxmemory-policy": [
        "allkeys-lfu",
        "allkeys-lru",
        "allkeys-random",
        "noeviction",
        "volatile-lfu",
        "volatile-lru",
        "volatile-random",
        "volatile-ttl",
    ],
    "maxmemory-samples": undefined,
    "notify-keyspace-events": undefined,
    "reserved-memory-percent": undefined,
    "slowlog-log-slower-than": undefined,
    "slowlog-max-len": undefined,
    "tcp-keepalive": undefined,
    timeout: undefined,
};

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html */
export const parameterGroupType: ResourceType = {
    type: tokens.parameterGroup,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateCacheParameterGroup",
        read: "DescribeCacheParameterGroups",
        update: "ModifyCacheParameterGroup",
        delete: "DeleteCacheParameterGroup",
    },
    inputs: ["description", "family", "name", "parameters", "tags"],
    required: ["family"],
    replaceOn: ["description", "family", "name"],
    autoname: { property: "name", maxLength: 255, lowercase: true },
    defaults: { description: "Managed by Pulumi" },
    unordered: ["parameters"],
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        if (text(inputs, "name")?.startsWith("default.")) {
            problems.add("name", 'must not begin with "default.", which AWS keeps for itself');
        } else {
            checkIdentifier(problems, inputs, "name", 255);
        }
        problems.oneOf(inputs, "family", families());
        records(inputs, "parameters").forEach((parameter, index) => {
            const path = `parameters[${index}]`;
            const name = text(parameter, "name") ?? "";
            if (!Object.hasOwn(parameters, name)) {
                problems.add(
                    path,
                    `The parameter ${name} cannot be modified; known are ${Object.keys(parameters).join(", ")}`,
                );
                return;
            }
            problems.oneOf(
                parameter,
                "value",
                parameters[name] ?? [text(parameter, "value") ?? ""],
                `${path}.`,
            );
        });
        return problems.found;
    },

    admit(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        if (
            current === undefined &&
            context.store.get(tokens.parameterGroup, context.region, name) !== undefined
        ) {
            throw new AwsError(
                "CacheParameterGroupAlreadyExists",
                `Cache parameter group ${name} already exists`,
            );
        }
    },

    compute(inputs, context) {
        const name = text(inputs, "name") ?? "";
        return {
            id: name,
            outputs: { ...inputs, arn: arn("elasticache", context, `parametergroup:${name}`) },
        };
    },

    refuseDelete(outputs, context) {
        const name = text(outputs, "name");
        const user = context.store
            .list(tokens.replicationGroup, context.region)
            .find((group) => text(group.outputs, "parameterGroupName") === name);
        if (user !== undefined) {
            throw new AwsError(
                "InvalidCacheParameterGroupState",
                `One or more cache clusters are using parameter group ${name}: ${user.id}`,
            );
        }
    },
};
