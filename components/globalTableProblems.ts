import type { GlobalTableArgs, TableIndex, TableKey } from "./globalTable";
import { capacityProblems } from "./tableCapacity";

/** Most global secondary indexes of a table: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const mostIndexes = 20;

/**
 * What AWS would refuse of a global table, as far as it can be told before anything exists; empty when
 * there is nothing.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html
 */
export function globalTableProblems(
    args: Omit<GlobalTableArgs, "deletionProtection">,
): readonly string[] {
    return [
        ...nameProblems("tableName", args.tableName),
        ...replicaProblems(args),
        ...indexProblems(args),
        ...ttlProblems(args),
        ...capacityProblems(args.capacity, [
            args.home.region,
            ...args.replicas.map((replica) => replica.region),
        ]),
    ];
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
function nameProblems(path: string, name: string): readonly string[] {
    return /^[\w.-]{3,255}$/.test(name)
        ? []
        : [
              `\`${path}\`: must have 3 to 255 letters, digits, dots, hyphens or underscores, got ${JSON.stringify(name)}`,
          ];
}

/** Why a key cannot encrypt the copy in a region; empty when it can. */
export function keyRegionProblem(region: string, keyArn: string): readonly string[] {
    const found = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/.+$/.exec(keyArn)?.[1];
    return found === region
        ? []
        : [
              `the copy in ${region} must be encrypted with a customer-managed key of ${region}, given as its ARN, got ${keyArn}`,
          ];
}

function replicaProblems(args: Pick<GlobalTableArgs, "home" | "replicas">): readonly string[] {
    const problems: string[] = [];
    const regions = args.replicas.map((replica) => replica.region);
    if (regions.length === 0) {
        problems.push("`replicas`: must name at least 1 region beside the home, got none");
    }
    if (regions.includes(args.home.region)) {
        problems.push(
            `\`replicas\`: must not name the home region (${args.home.region}), which has its copy already`,
        );
    }
    const twice = regions.filter((region, index) => regions.indexOf(region) !== index);
    if (twice.length > 0) {
        problems.push(
            `\`replicas\`: must name each region once, got ${[...new Set(twice)].join(", ")} more often`,
        );
    }
    return problems;
}

function indexProblems(
    args: Pick<GlobalTableArgs, "hashKey" | "rangeKey" | "indexes">,
): readonly string[] {
    const problems: string[] = [];
    const names = args.indexes.map((index) => index.name);
    if (names.length > mostIndexes) {
        problems.push(`\`indexes\`: at most ${mostIndexes} are allowed, got ${names.length}`);
    }
    if (new Set(names).size !== names.length) {
        problems.push(`\`indexes\`: must have different names, got ${names.join(", ")}`);
    }
    for (const index of args.indexes) {
        problems.push(...nameProblems("indexes", index.name), ...projectionProblems(index));
        if (index.hashKey.name === index.rangeKey?.name) {
            problems.push(
                `\`indexes.${index.name}\`: hash and range key must differ, got ${index.hashKey.name} twice`,
            );
        }
    }
    const types = new Map<string, TableKey["type"]>();
    const keys = [args, ...args.indexes].flatMap(({ hashKey, rangeKey }) => [
        hashKey,
        ...(rangeKey === undefined ? [] : [rangeKey]),
    ]);
    for (const key of keys) {
        if ((types.get(key.name) ?? key.type) !== key.type) {
            problems.push(
                `attribute ${key.name} must have one type, got ${types.get(key.name)} and ${key.type}`,
            );
        }
        types.set(key.name, key.type);
    }
    return problems;
}

function projectionProblems({ name, projection }: TableIndex): readonly string[] {
    return typeof projection === "object" && projection.include.length === 0
        ? [`\`indexes.${name}.projection.include\`: must name an attribute; use KEYS_ONLY for none`]
        : [];
}

function ttlProblems(
    args: Pick<GlobalTableArgs, "hashKey" | "rangeKey" | "ttlAttribute">,
): readonly string[] {
    if (args.ttlAttribute === undefined) {
        return [];
    }
    if (args.ttlAttribute === "") {
        return ["`ttlAttribute`: must name an attribute; leave it out for items that never expire"];
    }
    return [args.hashKey.name, args.rangeKey?.name].includes(args.ttlAttribute)
        ? [`\`ttlAttribute\`: must not be a key of the table, got ${args.ttlAttribute}`]
        : [];
}
