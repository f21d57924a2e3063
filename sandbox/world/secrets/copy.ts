import { secretCopyToken } from "../../aws/secretsmanager/tokens";
import { records, text } from "../../aws/support/known";
import type { Props, Store } from "../store";

export interface SecretVersion {
    readonly id: string;
    /** Undefined of a version that a rotation has yet to fill. */
    readonly value: string | undefined;
    /** Staging labels. */
    readonly stages: readonly string[];
    /** World time, milliseconds since the epoch. */
    readonly createdMs: number;
}

export interface ReplicaStatus {
    readonly region: string;
    /** Id, ARN or alias in the replica's region; undefined for AWS's own key. */
    readonly keyReference: string | undefined;
    readonly status: "InProgress" | "InSync" | "Failed";
    readonly message: string | undefined;
}

/** What a region has of a secret. */
export interface SecretCopy {
    readonly name: string;
    readonly arn: string;
    readonly region: string;
    /** Its own region, for the primary and for what was promoted. */
    readonly primaryRegion: string;
    /** Id, ARN or alias; undefined for AWS's own key. */
    readonly keyReference: string | undefined;
    readonly policy: string | undefined;
    readonly versions: readonly SecretVersion[];
    /** Of the primary alone. */
    readonly replicas: readonly ReplicaStatus[];
    readonly lastRotatedMs: number | undefined;
}

/** The copies in the account's store. */
export class Copies {
    constructor(private readonly store: Store) {}

    /** By the secret's name or ARN. */
    find(region: string, reference: string): SecretCopy | undefined {
        return this.list(region).find(
            ({ name, arn }) =>
                name === reference ||
                arn === reference ||
                // The ARN's last six characters may be left out.
                arn.replace(/-[^-]{6}$/, "") === reference,
        );
    }

    list(region?: string): readonly SecretCopy[] {
        return this.store
            .list(secretCopyToken, region)
            .map(({ outputs }) => outputs as unknown as SecretCopy);
    }

    put(copy: SecretCopy): void {
        this.store.put({
            type: secretCopyToken,
            region: copy.region,
            id: copy.name,
            inputs: {},
            outputs: { ...copy },
        });
    }

    remove({ region, name }: Pick<SecretCopy, "region" | "name">): void {
        this.store.delete(secretCopyToken, region, name);
    }
}

/** The replicas that a secret is to have, as far as they are already there with their status. */
export function replicasOf(
    secret: Props,
    before: SecretCopy | undefined,
): readonly ReplicaStatus[] {
    return records(secret, "replicas").map((replica) => {
        const region = text(replica, "region") ?? "";
        return {
            status: "InProgress",
            message: undefined,
            ...before?.replicas.find((one) => one.region === region),
            region,
            keyReference: text(replica, "kmsKeyId"),
        };
    });
}

/** ARN of the same secret's copy in another region. */
export function arnIn(region: string, arn: string): string {
    return arn.replace(/^(arn:[^:]+:secretsmanager:)[^:]+/, `$1${region}`);
}

export function versionWith(copy: SecretCopy, stage: string): SecretVersion | undefined {
    return copy.versions.find(({ stages }) => stages.includes(stage));
}

/**
 * The versions with a label on another one, or on none. The label of the current version leaves another
 * one behind where it was; a version without labels is deprecated, and kept here.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function withStage(
    versions: readonly SecretVersion[],
    stage: string,
    id: string | undefined,
): readonly SecretVersion[] {
    const before = versions.find(({ stages }) => stages.includes(stage))?.id;
    const moved = versions.map((version) => {
        const others = version.stages.filter((one) => one !== stage);
        return { ...version, stages: version.id === id ? [...others, stage] : others };
    });
    return stage === "AWSCURRENT" && before !== undefined && before !== id
        ? withStage(moved, "AWSPREVIOUS", before)
        : moved;
}
