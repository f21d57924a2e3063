import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { isUnknown, type Problem, type ResourceType, type TypeContext } from "../resourceType";
import { containsUnknown } from "../lifecycle/values";
import { flag, isOther, items, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { hostedZone, zoneState } from "./hostedZones";
import { recordProblems } from "./recordRules";
import { fullName, healthCheckType, recordId, recordSetOf, recordType } from "./recordSet";
import { zoneProblems } from "./zoneRules";

const policies = [
    "cidrRoutingPolicy",
    "failoverRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "latencyRoutingPolicies",
    "multivalueAnswerRoutingPolicy",
    "weightedRoutingPolicies",
];

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.atMostOne(inputs, policies);
    for (const list of ["aliases", ...policies.filter((name) => name.endsWith("Policies"))]) {
        if (items(inputs, list).length > 1) {
            problems.add(list, `at most 1 is allowed, got ${items(inputs, list).length}`);
        }
    }
    if (problems.found.length === 0 && isJudgeable(inputs)) {
        for (const reason of recordProblems(recordSetOf(inputs, ""))) {
            problems.add("name", reason);
        }
    }
    return problems.found;
}

/** Whether what the rules look at is known; where an alias leads and which check it has they do not. */
function isJudgeable(inputs: Props): boolean {
    const { aliases } = inputs;
    const rest = Object.entries(inputs).filter(
        ([property]) => !["aliases", "healthCheckId", "zoneId"].includes(property),
    );
    const health = records({ aliases }, "aliases").map((alias) => alias.evaluateTargetHealth);
    return !containsUnknown(rest) && !containsUnknown(health) && !isUnknown(aliases);
}

/**
 * @throws AwsError NoSuchHostedZone, NoSuchHealthCheck, InvalidInput or InvalidChangeBatch
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const zone = hostedZone(context.store, text(inputs, "zoneId") ?? "");
    const set = recordSetOf(inputs, zone.name);
    const malformed = recordProblems(set);
    if (malformed.length > 0) {
        throw new AwsError("InvalidInput", malformed.join("; "));
    }
    const check = set.healthCheckId;
    if (check !== undefined && !context.store.get(healthCheckType, "global", check)) {
        throw new AwsError(
            "NoSuchHealthCheck",
            `No health check exists with the specified ID ${check}`,
            404,
        );
    }
    const id = recordId(zone.id, set);
    const overwrites = current === undefined && flag(inputs, "allowOverwrite") === true;
    const problems = zoneProblems(
        set,
        zoneState(
            context.store,
            zone,
            (resource) => (overwrites && resource.id === id) || !isOther(resource, current),
        ),
    );
    if (problems.length > 0) {
        throw new AwsError("InvalidChangeBatch", `[${problems.join(", ")}]`);
    }
}

export const record: ResourceType = {
    type: recordType,
    service: "route53",
    home: "us-east-1",
    actions: {
        create: "ChangeResourceRecordSets",
        read: "ListResourceRecordSets",
        update: "ChangeResourceRecordSets",
        delete: "ChangeResourceRecordSets",
    },
    inputs: [
        "aliases",
        "allowOverwrite",
        "cidrRoutingPolicy",
        "failoverRoutingPolicies",
        "geolocationRoutingPolicies",
        "geoproximityRoutingPolicy",
        "healthCheckId",
        "latencyRoutingPolicies",
        "multivalueAnswerRoutingPolicy",
        "name",
        "records",
        "setIdentifier",
        "ttl",
        "type",
        "weightedRoutingPolicies",
        "zoneId",
    ],
    required: ["name", "type", "zoneId"],
    // The set identifier and the type are part of the record's id here, so they replace it too.
    replaceOn: ["name", "setIdentifier", "type", "zoneId"],
    unordered: ["records"],
    // Whether it may overwrite is a rule of its own: see `allowOverwrite`.
    upsert: true,
    computed: ["fqdn"],
    check,
    admit,
    compute: (inputs, context) => {
        const zone = hostedZone(context.store, text(inputs, "zoneId") ?? "");
        const set = recordSetOf(inputs, zone.name);
        return {
            id: recordId(zone.id, set),
            outputs: {
                ...inputs,
                name: text(inputs, "name") ?? "",
                fqdn: fullName(text(inputs, "name") ?? "", zone.name),
            },
        };
    },
};
