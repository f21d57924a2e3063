import type { Props } from "../../world/store";
import { isUnknown, type Problem } from "../resourceType";
import { flag, given, items, number, record, records, text, texts } from "../support/known";
import { Problems } from "../support/problems";

/** Quotas: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html. */
const mostGlobalIndexes = 20;
const mostLocalIndexes = 5;

const projections = ["ALL", "INCLUDE", "KEYS_ONLY"];

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export function tableProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[\w.-]{3,255}$/,
        "3 to 255 letters, digits, dots, hyphens or underscores",
    );
    problems.oneOf(inputs, "billingMode", ["PAY_PER_REQUEST", "PROVISIONED"]);
    problems.oneOf(inputs, "tableClass", ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]);
    if (
        !given(inputs, "hashKey") &&
        !["importTable", "restoreSourceName", "restoreSourceTableArn", "restoreBackupArn"].some(
            (source) => given(inputs, source),
        )
    ) {
        problems.add("hashKey", "missing required property, unless the table is restored");
    }
    attributeProblems(inputs, problems);
    indexProblems(inputs, problems);
    capacityProblems(inputs, problems);
    streamProblems(inputs, problems);
    replicaProblems(inputs, problems);
    const ttl = record(inputs, "ttl") ?? {};
    if (flag(ttl, "enabled") === true && (text(ttl, "attributeName") ?? "x") === "") {
        problems.add("ttl.attributeName", "must name an attribute when TTL is enabled");
    }
    if (flag(ttl, "enabled") === true && !given(ttl, "attributeName")) {
        problems.add("ttl.attributeName", "required when TTL is enabled");
    }
    problems.range(
        record(inputs, "pointInTimeRecovery") ?? {},
        "recoveryPeriodInDays",
        1,
        35,
        "pointInTimeRecovery.",
    );
    return problems.found;
}

/** Names of the attributes that keys are made of, of the table and of every index. */
function keyAttributes(inputs: Props): readonly (readonly [path: string, name: unknown])[] {
    const named: (readonly [string, unknown])[] = [
        ["hashKey", inputs.hashKey],
        ["rangeKey", inputs.rangeKey],
    ];
    for (const list of ["globalSecondaryIndexes", "localSecondaryIndexes"]) {
        records(inputs, list).forEach((index, at) => {
            named.push([`${list}[${at}].hashKey`, index.hashKey]);
            named.push([`${list}[${at}].rangeKey`, index.rangeKey]);
            for (const part of records(index, "keySchemas")) {
                named.push([`${list}[${at}].keySchemas`, part.attributeName]);
            }
        });
    }
    return named.filter(([, name]) => name !== undefined && name !== null);
}

/** Keys must be declared, and only keys may be. */
function attributeProblems(inputs: Props, problems: Problems): void {
    const declared = new Set<string>();
    for (const attribute of records(inputs, "attributes")) {
        const name = text(attribute, "name");
        if (name !== undefined && declared.has(name)) {
            problems.add("attributes", `duplicate attribute "${name}"`);
        }
        if (name !== undefined) {
            declared.add(name);
        }
        problems.oneOf(attribute, "type", ["S", "N", "B"], "attributes.");
    }
    const keys = keyAttributes(inputs);
    if (isUnknown(inputs.attributes) || keys.some(([, name]) => isUnknown(name))) {
        return;
    }
    for (const [path, name] of keys) {
        if (typeof name === "string" && !declared.has(name)) {
            problems.add(
                path,
                `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${name}], AttributeDefinitions: [${[...declared].join(", ")}]`,
            );
        }
    }
    const used = new Set(keys.map(([, name]) => name));
    const unused = [...declared].filter((name) => !used.has(name));
    if (unused.length > 0) {
        problems.add(
            "attributes",
            `all attributes must be indexed. Unused attributes: ${JSON.stringify(unused)}`,
        );
    }
}

function indexProblems(inputs: Props, problems: Problems): void {
    const provisioned = text(inputs, "billingMode") === "PROVISIONED";
    const names = new Set<string>();
    for (const [list, most] of [
        ["globalSecondaryIndexes", mostGlobalIndexes],
        ["localSecondaryIndexes", mostLocalIndexes],
    ] as const) {
        const indexes = records(inputs, list);
        if (indexes.length > most) {
            problems.add(
                list,
                `One or more parameter values were invalid: at most ${most} are allowed, got ${indexes.length}`,
            );
        }
        indexes.forEach((index, at) => {
            const path = `${list}[${at}].`;
            const name = text(index, "name");
            if (name !== undefined && names.has(name)) {
                problems.add(
                    `${path}name`,
                    `One or more parameter values were invalid: Duplicate index name: ${name}`,
                );
            }
            names.add(name ?? "");
            problems.oneOf(index, "projectionType", projections, path);
            if (
                text(index, "projectionType") !== "INCLUDE" &&
                texts(index, "nonKeyAttributes").length > 0
            ) {
                problems.add(
                    `${path}nonKeyAttributes`,
                    `One or more parameter values were invalid: ProjectionType is ${text(index, "projectionType")}, but NonKeyAttributes is specified`,
                );
            }
            if (provisioned && list === "globalSecondaryIndexes") {
                for (const property of ["readCapacity", "writeCapacity"]) {
                    if (!given(index, property)) {
                        problems.add(
                            path + property,
                            "required when the billing mode is PROVISIONED",
                        );
                    }
                }
            }
        });
    }
    if (items(inputs, "localSecondaryIndexes").length > 0 && !given(inputs, "rangeKey")) {
        problems.add(
            "localSecondaryIndexes",
            "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        );
    }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ProvisionedThroughput.html */
function capacityProblems(inputs: Props, problems: Problems): void {
    const mode = text(inputs, "billingMode");
    for (const property of ["readCapacity", "writeCapacity"]) {
        const value = number(inputs, property);
        if (mode === "PROVISIONED" && !given(inputs, property)) {
            problems.add(
                property,
                `ValidationException: ${property} must be at least 1 when the billing mode is PROVISIONED`,
            );
        }
        if (mode === "PROVISIONED" && value !== undefined && value < 1) {
            problems.add(property, `must be at least 1, got ${value}`);
        }
        if (mode === "PAY_PER_REQUEST" && value !== undefined && value !== 0) {
            problems.add(
                property,
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            );
        }
    }
}

function streamProblems(inputs: Props, problems: Problems): void {
    problems.oneOf(inputs, "streamViewType", [
        "KEYS_ONLY",
        "NEW_AND_OLD_IMAGES",
        "NEW_IMAGE",
        "OLD_IMAGE",
    ]);
    if (flag(inputs, "streamEnabled") === true && !given(inputs, "streamViewType")) {
        problems.add("streamViewType", "required when streamEnabled is true");
    }
}

/** Region sets of multi-Region strong consistency, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html. */
export const strongRegionSets: readonly (readonly string[])[] = [
    ["us-east-1", "us-east-2", "us-west-2"],
    ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"],
    ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables.tutorial.html */
function replicaProblems(inputs: Props, problems: Problems): void {
    const replicas = records(inputs, "replicas");
    if (replicas.length === 0) {
        return;
    }
    if (
        !isUnknown(inputs.streamEnabled) &&
        !isUnknown(inputs.streamViewType) &&
        !(
            flag(inputs, "streamEnabled") === true &&
            text(inputs, "streamViewType") === "NEW_AND_OLD_IMAGES"
        )
    ) {
        problems.add(
            "replicas",
            "ValidationException: Table must have DynamoDB Streams enabled with StreamViewType NEW_AND_OLD_IMAGES to have replicas",
        );
    }
    const seen = new Set<string>();
    replicas.forEach((replica, at) => {
        const path = `replicas[${at}].`;
        const region = text(replica, "regionName");
        if (region !== undefined && seen.has(region)) {
            problems.add(
                `${path}regionName`,
                `ValidationException: Replica specified in the Replica Update or Replica Delete action of the request was already present: '${region}'`,
            );
        }
        seen.add(region ?? "");
        problems.oneOf(replica, "consistencyMode", ["EVENTUAL", "STRONG"], path);
        const keyRegion = /^arn:aws:kms:([^:]+):/.exec(text(replica, "kmsKeyArn") ?? "")?.[1];
        if (keyRegion !== undefined && region !== undefined && keyRegion !== region) {
            problems.add(
                `${path}kmsKeyArn`,
                `ValidationException: KMS key must be in the replica's region ${region}, got one of ${keyRegion}`,
            );
        }
        const ownKey = given(record(inputs, "serverSideEncryption") ?? {}, "kmsKeyArn");
        if (ownKey !== given(replica, "kmsKeyArn")) {
            problems.add(
                `${path}kmsKeyArn`,
                "ValidationException: every replica must use the same type of KMS key as the table: " +
                    (ownKey ? "give this replica a customer managed key" : "the table has none"),
            );
        }
    });
    strongProblems(inputs, replicas, problems);
}

function strongProblems(inputs: Props, replicas: readonly Props[], problems: Problems): void {
    const strong = replicas.filter((replica) => text(replica, "consistencyMode") === "STRONG");
    if (strong.length === 0) {
        return;
    }
    const witness = given(inputs, "globalTableWitness") ? 1 : 0;
    if (strong.length !== replicas.length || replicas.length + witness !== 2) {
        problems.add(
            "replicas",
            "ValidationException: multi-Region strong consistency needs exactly 2 replicas, or 1 replica and a witness, all of them STRONG",
        );
    }
    const regions = replicas.flatMap((replica) => text(replica, "regionName") ?? []);
    if (!strongRegionSets.some((set) => regions.every((region) => set.includes(region)))) {
        problems.add(
            "replicas",
            `ValidationException: multi-Region strong consistency is limited to one set of regions (${strongRegionSets
                .map((set) => set.join(", "))
                .join(" | ")}), got ${regions.join(", ")}`,
        );
    }
}
