import {
    mostSecretBytes,
    secretPolicyToken,
    secretToken,
    secretVersionToken,
} from "../../aws/secretsmanager/tokens";
import { AwsError } from "../../aws/awsError";
import { text, texts } from "../../aws/support/known";
import { regionOf } from "../deliveries";
import type { StoreChange, StoredResource } from "../store";
import type { Part, World } from "../world";
import {
    arnIn,
    byLife,
    Copies,
    replicasOf,
    valueIn,
    versionWith,
    withoutStages,
    withStage,
    type SecretCopy,
    type SecretVersion,
} from "./copy";
import { SecretReplication, type SecretReading } from "./replication";
import { Rotations, type RotationDeps } from "./rotation";

/** Which version a reader asks for. */
export interface Wanted {
    readonly versionId?: string | undefined;
    /** @default AWSCURRENT, unless a version is named */
    readonly stage?: string | undefined;
}

/**
 * Secrets Manager: a primary and its replicas in the regions, each read where it is and changed at the
 * primary alone.
 */
export class Secrets implements Part {
    readonly rotations: Rotations;
    readonly #copies: Copies;
    readonly #replication: SecretReplication;

    constructor(
        private readonly world: World,
        deps: RotationDeps,
    ) {
        this.#copies = new Copies(world.store);
        this.#replication = new SecretReplication(world, this.#copies);
        this.rotations = new Rotations(world, this, deps);
    }

    async start(): Promise<void> {
        this.world.store.on("change", this.#follow);
        this.rotations.start();
        for (const copy of this.#copies.list()) {
            if (copy.replicas.some(({ status }) => status === "InProgress")) {
                this.#replication.send(copy);
            }
        }
    }

    async stop(): Promise<void> {
        this.rotations.stop();
        this.#replication.stop();
        this.world.store.off("change", this.#follow);
    }

    /** Of the replicas, as they are now. */
    reading(): SecretReading {
        return this.#replication.reading();
    }

    /** The copy that a region has, by name or ARN. @throws AwsError ResourceNotFoundException */
    open(region: string, reference: string): SecretCopy {
        const copy = this.#copies.find(region, reference);
        if (copy === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.",
            );
        }
        return copy;
    }

    find(arn: string): SecretCopy | undefined {
        return this.#copies.find(regionOf(arn), arn);
    }

    /** @throws AwsError when the region has a replica, or nothing */
    primary(arn: string): SecretCopy {
        const copy = this.open(regionOf(arn), arn);
        if (copy.primaryRegion !== copy.region) {
            throw new AwsError(
                "InvalidRequestException",
                "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
            );
        }
        return copy;
    }

    /** @throws AwsError ResourceNotFoundException */
    read(copy: SecretCopy, { versionId, stage }: Wanted): SecretVersion & { value: string } {
        const label = stage ?? (versionId === undefined ? "AWSCURRENT" : undefined);
        const found = copy.versions.find(
            ({ id, stages }) =>
                (versionId === undefined || id === versionId) &&
                (label === undefined || stages.includes(label)),
        );
        if (found?.value === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Secrets Manager can't find the specified secret value for ${[
                    ...(versionId === undefined ? [] : [`VersionId: ${versionId}`]),
                    ...(label === undefined ? [] : [`staging label: ${label}`]),
                ].join(" and ")}`,
            );
        }
        return { ...found, value: found.value };
    }

    /** @throws AwsError */
    put(arn: string, id: string, value: string, stages: readonly string[]): void {
        const copy = this.primary(arn);
        if (Buffer.byteLength(value) > mostSecretBytes) {
            throw new AwsError(
                "InvalidParameterException",
                `a secret value has at most ${mostSecretBytes} bytes`,
            );
        }
        const there = copy.versions.find((version) => version.id === id);
        if (there?.value !== undefined && there.value !== value) {
            throw new AwsError(
                "ResourceExistsException",
                "A resource with the ID you requested already exists.",
            );
        }
        const fresh: SecretVersion = {
            stages: [],
            createdMs: this.world.clock.now(),
            ...there,
            id,
            value,
        };
        const others = copy.versions.filter((version) => version.id !== id);
        // The first version is the current one, whatever it is put as.
        const labels = others.length === 0 ? [...new Set([...stages, "AWSCURRENT"])] : stages;
        this.#change(copy, {
            versions: labels.reduce((versions, stage) => withStage(versions, stage, id), [
                ...others,
                fresh,
            ] as readonly SecretVersion[]),
        });
    }

    /** @throws AwsError */
    moveStage(arn: string, stage: string, to: string | undefined, from: string | undefined): void {
        const copy = this.primary(arn);
        const holder = versionWith(copy, stage)?.id;
        for (const id of [to, from]) {
            if (id !== undefined && !copy.versions.some((version) => version.id === id)) {
                throw new AwsError(
                    "ResourceNotFoundException",
                    `Secrets Manager can't find the specified secret value for VersionId: ${id}`,
                );
            }
        }
        if (holder !== undefined && holder !== to && holder !== from) {
            throw new AwsError(
                "InvalidParameterException",
                `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
            );
        }
        if (stage === "AWSCURRENT" && to === undefined) {
            throw new AwsError(
                "InvalidParameterException",
                "You can't remove the staging label AWSCURRENT; move it to another version.",
            );
        }
        this.#change(copy, { versions: withStage(copy.versions, stage, to) });
    }

    /** Makes a replica a secret of its own, where it is. @throws AwsError */
    promote(region: string, reference: string): SecretCopy {
        const copy = this.open(region, reference);
        const { primaryRegion } = copy;
        if (primaryRegion === region) {
            throw new AwsError(
                "InvalidRequestException",
                "You can't stop replication of this secret because it is no replica.",
            );
        }
        const promoted = { ...copy, primaryRegion: region };
        this.#copies.put(promoted);
        const primary = this.#copies.find(primaryRegion, arnIn(primaryRegion, copy.arn));
        if (primary !== undefined) {
            this.#copies.put({
                ...primary,
                replicas: primary.replicas.filter((one) => one.region !== region),
            });
        }
        return promoted;
    }

    /** The version that a rotation is to fill: labelled, empty, and of no interest to replicas. */
    beginVersion(arn: string, id: string): void {
        const copy = this.primary(arn);
        if (!copy.versions.some((version) => version.id === id)) {
            const createdMs = this.world.clock.now();
            this.#copies.put({
                ...copy,
                versions: withStage(
                    [...copy.versions, { id, value: undefined, stages: [], createdMs }],
                    "AWSPENDING",
                    id,
                ),
            });
        }
    }

    /** @throws Error when the function did not make the version the current one */
    endRotation(arn: string, id: string): void {
        const copy = this.primary(arn);
        if (versionWith(copy, "AWSCURRENT")?.id !== id) {
            throw new Error(`the function ended well and left ${id} without AWSCURRENT`);
        }
        this.#change(copy, { lastRotatedMs: this.world.clock.now() });
    }

    #change(copy: SecretCopy, changes: Partial<SecretCopy>): void {
        const changed = { ...copy, ...changes };
        const { kept, expired } = byLife(changed.versions, this.world.clock.now());
        const lasting = { ...changed, versions: kept };
        this.#copies.put(lasting);
        this.#replication.send(lasting);
        for (const { id } of expired) {
            // What is gone is gone for a refresh, too.
            this.world.store.delete(secretVersionToken, copy.region, `${copy.arn}|${id}`);
        }
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        const { type, outputs } = resource;
        if (type === secretToken) {
            if (kind === "put") {
                this.#declare(resource);
            } else {
                this.#forget(resource);
            }
        } else if (type === secretVersionToken) {
            const arn = text(outputs, "secretArn") ?? "";
            const id = text(outputs, "versionId") ?? "";
            const copy = this.find(arn);
            const isThere = copy?.versions.some((version) => version.id === id) === true;
            if (kind === "put" && !isThere) {
                this.put(arn, id, valueIn(outputs), texts(outputs, "versionStages"));
            } else if (kind === "delete" && isThere) {
                this.#change(copy, { versions: withoutStages(copy.versions, id) });
            }
        } else if (type === secretPolicyToken) {
            const copy = this.find(text(outputs, "secretArn") ?? "");
            if (copy !== undefined) {
                this.#change(copy, {
                    policy: kind === "put" ? text(outputs, "policy") : undefined,
                });
            }
        }
    };

    #declare({ region, outputs }: StoredResource): void {
        const arn = text(outputs, "arn") ?? "";
        const before = this.find(arn);
        const replicas = replicasOf(outputs, before);
        for (const gone of before?.replicas ?? []) {
            if (!replicas.some((one) => one.region === gone.region)) {
                this.#copies.remove({ region: gone.region, name: before?.name ?? "" });
            }
        }
        const copy: SecretCopy = {
            versions: [],
            policy: undefined,
            lastRotatedMs: undefined,
            ...before,
            name: text(outputs, "name") ?? "",
            arn,
            region,
            primaryRegion: region,
            keyReference: text(outputs, "kmsKeyId"),
            replicas,
        };
        const policy = text(outputs, "policy");
        this.#change(copy, policy === undefined || policy === "" ? {} : { policy });
    }

    #forget({ outputs }: StoredResource): void {
        const copy = this.find(text(outputs, "arn") ?? "");
        if (copy === undefined) {
            return;
        }
        copy.replicas.forEach(({ region }) => this.#copies.remove({ region, name: copy.name }));
        this.#copies.remove(copy);
    }
}
