import { expect } from "chai";

import { storageKey } from "../../../policies/resilience/rules/encryption/storageKey";
import { judgeResource, unknown } from "../support/judge";

const key = "arn:aws:kms:eu-west-1:111122223333:key/1234";

describe("encryption of stores of every kind", () => {
    const judge = (type: string, props: Record<string, unknown>) =>
        judgeResource(storageKey, { type, props });

    const sound: Readonly<Record<string, Record<string, unknown>>> = {
        "aws:rds/cluster:Cluster": { storageEncrypted: true, kmsKeyId: key },
        "aws:rds/instance:Instance": { storageEncrypted: true, kmsKeyId: key },
        "aws:rds/globalCluster:GlobalCluster": { storageEncrypted: true },
        "aws:elasticache/replicationGroup:ReplicationGroup": {
            atRestEncryptionEnabled: true,
            kmsKeyId: key,
        },
        "aws:opensearch/domain:Domain": { encryptAtRest: { enabled: true, kmsKeyId: key } },
        "aws:ebs/volume:Volume": { encrypted: true, kmsKeyId: key },
        "aws:efs/fileSystem:FileSystem": { encrypted: true, kmsKeyId: key },
        "aws:kinesis/stream:Stream": { encryptionType: "KMS", kmsKeyId: key },
        "aws:secretsmanager/secret:Secret": { kmsKeyId: key },
        "aws:ssm/parameter:Parameter": { type: "SecureString", keyId: key },
        "aws:ecr/repository:Repository": {
            encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key }],
        },
        "aws:backup/vault:Vault": { kmsKeyArn: key },
        "aws:lambda/function:Function": {
            environment: { variables: { A: "b" } },
            kmsKeyArn: key,
        },
    };
    /** What each type is left with when nobody thought of encryption. */
    const bare: Readonly<Record<string, Record<string, unknown>>> = {
        "aws:ssm/parameter:Parameter": { type: "SecureString" },
        "aws:lambda/function:Function": { environment: { variables: { A: "b" } } },
    };

    for (const [type, props] of Object.entries(sound)) {
        it(`${type} needs encryption with a key of the customer's`, () => {
            expect(judge(type, props)).to.deep.equal([]);
            expect(judge(type, bare[type] ?? {})).to.have.length(1);
            const unknowns = Object.keys(props).map((name) => [name, unknown]);
            expect(judge(type, Object.fromEntries(unknowns))).to.deep.equal([]);
        });
    }

    it("takes neither a switch without a key nor AWS's own key for one", () => {
        const type = "aws:rds/instance:Instance";
        expect(judge(type, { storageEncrypted: true })[0]).to.match(/kmsKeyId is nothing/);
        expect(judge(type, { storageEncrypted: true, kmsKeyId: "alias/aws/rds" })).to.have.length(
            1,
        );
        expect(judge(type, { storageEncrypted: false, kmsKeyId: key })[0]).to.match(
            /storageEncrypted is false/,
        );
    });

    it("lets a secondary of a global datastore take the switch from it, and no key", () => {
        const type = "aws:elasticache/replicationGroup:ReplicationGroup";
        const secondary = { globalReplicationGroupId: "abcde-cache" };
        expect(judge(type, { ...secondary, kmsKeyId: key })).to.deep.equal([]);
        expect(judge(type, secondary)[0]).to.match(/kmsKeyId is nothing/);
    });

    it("leaves alone what holds no data of its own", () => {
        expect(judge("aws:ssm/parameter:Parameter", { type: "String" })).to.deep.equal([]);
        expect(judge("aws:lambda/function:Function", {})).to.deep.equal([]);
        expect(judge("aws:rds/instance:Instance", { replicateSourceDb: "first" })).to.deep.equal(
            [],
        );
        expect(judge("aws:ec2/vpc:Vpc", {})).to.deep.equal([]);
    });
});
