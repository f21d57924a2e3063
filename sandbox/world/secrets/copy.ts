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

/** The value of a declared version, of whichever kind. */
export function valueIn(declared: Props): string {
    const names = ["secretString", "secretStringWo", "secretBinary"];
    return names.map((name) => text(declared, name)).find((one) => one !== undefined) ?? "";
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
 * one behind where it was.
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

/**
 * The versions after the provider let go of one. It cannot delete it: it takes the labels off, except the
 * one that a secret is never without.
 *
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret_version
 */
export function withoutStages(
    versions: readonly SecretVersion[],
    id: string,
): readonly SecretVersion[] {
    return versions.map((version) =>
        version.id === id
            ? { ...version, stages: version.stages.filter((stage) => stage === "AWSCURRENT") }
            : version,
    );
}

/** No version is deleted before. World milliseconds. */
const leastLifeMs = 86_400_000;

/**
 * Which versions are left. One without labels is deprecated: Secrets Manager may delete it once it is a day
 * old, and says no more of when. Here it does so with the next change, since nobody may count on it.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function byLife(
    versions: readonly SecretVersion[],
    nowMs: number,
): { readonly kept: readonly SecretVersion[]; readonly expired: readonly SecretVersion[] } {
    const isExpired = ({ stages, createdMs }: SecretVersion): boolean =>
        stages.length === 0 && nowMs - createdMs >= leastLifeMs;
    return {
        kept: versions.filter((version) => !isExpired(version)),
        expired: versions.filter(isExpired),
    };
}
