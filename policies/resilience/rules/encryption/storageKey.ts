import type { ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { at, isCustomerKey, isSet, type Props, show, unknown } from "../../support";

interface Store {
    /** Path of the switch, and what it must be. @default encryption cannot be switched off */
    readonly enabled?: readonly [path: string, on: unknown];
    /** Path of the key. @default it has none of its own */
    readonly key?: string;
    /** Path that, when it is not set, makes the resource one without data to protect. */
    readonly holds?: string | ((props: Props) => boolean);
    /** Path that, when it is set, makes the encryption that of another resource. */
    readonly inherits?: string;
    /** Path that, when it is set, makes the switch that of another resource, and not the key. */
    readonly inheritsSwitch?: string;
}

/**
 * Where data comes to rest, by type, beside what has a rule of its own (buckets, tables, messages,
 * logs). Whether the platform uses a type does not matter: a store that somebody adds is one as well.
 */
const stores: Readonly<Record<string, Store>> = {
    "aws:rds/cluster:Cluster": { enabled: ["storageEncrypted", true], key: "kmsKeyId" },
    "aws:rds/instance:Instance": {
        enabled: ["storageEncrypted", true],
        key: "kmsKeyId",
        inherits: "replicateSourceDb",
    },
    "aws:rds/globalCluster:GlobalCluster": { enabled: ["storageEncrypted", true] },
    "aws:docdb/cluster:Cluster": { enabled: ["storageEncrypted", true], key: "kmsKeyId" },
    "aws:neptune/cluster:Cluster": { enabled: ["storageEncrypted", true], key: "kmsKeyArn" },
    "aws:redshift/cluster:Cluster": { enabled: ["encrypted", "true"], key: "kmsKeyId" },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        enabled: ["atRestEncryptionEnabled", true],
        key: "kmsKeyId",
        inheritsSwitch: "globalReplicationGroupId",
    },
    "aws:elasticache/serverlessCache:ServerlessCache": { key: "kmsKeyId" },
    "aws:memorydb/cluster:Cluster": { key: "kmsKeyArn" },
    "aws:opensearch/domain:Domain": {
        enabled: ["encryptAtRest.enabled", true],
        key: "encryptAtRest.kmsKeyId",
    },
    "aws:elasticsearch/domain:Domain": {
        enabled: ["encryptAtRest.enabled", true],
        key: "encryptAtRest.kmsKeyId",
    },
    "aws:ebs/volume:Volume": { enabled: ["encrypted", true], key: "kmsKeyId" },
    "aws:efs/fileSystem:FileSystem": { enabled: ["encrypted", true], key: "kmsKeyId" },
    "aws:fsx/lustreFileSystem:LustreFileSystem": { key: "kmsKeyId" },
    "aws:kinesis/stream:Stream": { enabled: ["encryptionType", "KMS"], key: "kmsKeyId" },
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
        enabled: ["serverSideEncryption.enabled", true],
        key: "serverSideEncryption.keyArn",
    },
    "aws:secretsmanager/secret:Secret": { key: "kmsKeyId" },
    "aws:ssm/parameter:Parameter": {
        key: "keyId",
        holds: (props) => at(props, "type") === "SecureString",
    },
    "aws:ecr/repository:Repository": {
        enabled: ["encryptionConfigurations.encryptionType", "KMS"],
        key: "encryptionConfigurations.kmsKey",
    },
    "aws:backup/vault:Vault": { key: "kmsKeyArn" },
    "aws:cloudtrail/trail:Trail": { key: "kmsKeyId" },
    "aws:lambda/function:Function": { key: "kmsKeyArn", holds: "environment.variables" },
};

export const storageKey: ResourceValidationPolicy = {
    name: "encryption-storage-customer-managed-key",
    description:
        "A database, cache, volume, file system, stream, secret, repository, vault or function with settings must be encrypted with a customer-managed KMS key.",
    enforcementLevel: "mandatory",
    severity: "high",
    // One rule for many services; the control of the one that holds most data stands for them.
    framework: configRule("rds-storage-encrypted"),
    tags: ["encryption", "storage"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/service-integration.html",
    remediationSteps:
        "Switch encryption on and name a customer-managed key of the resource's own region.",
    validateResource: (args, report) => {
        const store = stores[args.type];
        const props = args.props as Props;
        if (store === undefined || isElsewhere(store, props)) {
            return;
        }
        const switchedElsewhere =
            store.inheritsSwitch !== undefined && isSet(at(props, store.inheritsSwitch));
        if (store.enabled !== undefined && !switchedElsewhere) {
            const [path, on] = store.enabled;
            const value = at(props, path);
            if (value !== unknown && value !== on) {
                report(`${path} is ${show(value)}; it must be ${show(on)}`);
                return;
            }
        }
        if (store.key !== undefined && !isCustomerKey(at(props, store.key))) {
            report(
                `${store.key} is ${show(at(props, store.key))}, so a key that AWS manages is used; name a customer-managed key`,
            );
        }
    },
};

function isElsewhere({ holds, inherits }: Store, props: Props): boolean {
    const holding =
        holds === undefined || (typeof holds === "string" ? isSet(at(props, holds)) : holds(props));
    return !holding || (inherits !== undefined && isSet(at(props, inherits)));
}
