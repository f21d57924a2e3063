import { randomUUID } from "node:crypto";

import { z } from "zod";

import { AwsError } from "../../aws/awsError";
import { record, text } from "../../aws/support/known";
import { refuseRole } from "../secrets/access";
import { arnIn, type SecretCopy } from "../secrets/copy";
import type { Secrets } from "../secrets/secrets";
import type { World } from "../world";
import { callerRole } from "./callerRole";
import { jsonResponse, notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf } from "./server";

const secretId = z.string().min(1).max(2048);
const token = z.string().min(32).max(64);
const stage = z.string().min(1).max(256);

/** What the API takes, by action. */
const inputs = {
    secret: z.object({ SecretId: secretId }),
    get: z.object({
        SecretId: secretId,
        VersionId: token.optional(),
        VersionStage: stage.optional(),
    }),
    put: z.object({
        SecretId: secretId,
        ClientRequestToken: token.optional(),
        SecretString: z.string().min(1),
        VersionStages: z.array(stage).min(1).max(20).optional(),
    }),
    move: z.object({
        SecretId: secretId,
        VersionStage: stage,
        MoveToVersionId: token.optional(),
        RemoveFromVersionId: token.optional(),
    }),
};

interface Call {
    readonly region: string;
    readonly roleArn: string | undefined;
    readonly body: unknown;
}

/**
 * Secrets Manager's API, as far as readers, rotation functions and whoever promotes a replica use it.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
export class SecretsManagerApi implements ApiHandler {
    readonly service = "secretsmanager";
    readonly protocol = "json";

    constructor(
        private readonly world: World,
        private readonly secrets: Secrets,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const action = actionOf(request);
        return { action, plane: action === "GetSecretValue" ? "data" : "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const call = {
            region: request.region,
            roleArn: callerRole(request.headers),
            body: bodyOf(request),
        };
        return jsonResponse(this.#run(actionOf(request), call));
    }

    #run(action: string, call: Call): unknown {
        switch (action) {
            case "GetSecretValue":
                return this.#get(call);
            case "PutSecretValue":
                return this.#put(call);
            case "UpdateSecretVersionStage":
                return this.#move(call);
            case "DescribeSecret":
                return this.#describe(
                    this.#allowed(call, read(inputs.secret, call.body).SecretId, action, []),
                );
            case "RotateSecret": {
                const { SecretId } = read(inputs.secret, call.body);
                const copy = this.#allowed(call, SecretId, action, []);
                return { ...named(copy), VersionId: this.secrets.rotations.rotate(copy.arn) };
            }
            case "StopReplicationToReplica": {
                const { SecretId } = read(inputs.secret, call.body);
                this.#allowed(call, SecretId, action, []);
                return { ARN: this.secrets.promote(call.region, SecretId).arn };
            }
            default:
                throw notImplemented("secretsmanager", action);
        }
    }

    #get(call: Call): unknown {
        const { SecretId, VersionId, VersionStage } = read(inputs.get, call.body);
        const copy = this.#allowed(call, SecretId, "GetSecretValue", ["kms:Decrypt"]);
        const version = this.secrets.read(copy, { versionId: VersionId, stage: VersionStage });
        return {
            ...named(copy),
            VersionId: version.id,
            SecretString: version.value,
            VersionStages: version.stages,
            CreatedDate: version.createdMs / 1000,
        };
    }

    #put(call: Call): unknown {
        const input = read(inputs.put, call.body);
        const copy = this.#allowed(call, input.SecretId, "PutSecretValue", [
            "kms:GenerateDataKey",
            "kms:Decrypt",
        ]);
        const id = input.ClientRequestToken ?? randomUUID();
        const stages = input.VersionStages ?? ["AWSCURRENT"];
        this.secrets.put(copy.arn, id, input.SecretString, stages);
        return { ...named(copy), VersionId: id, VersionStages: stages };
    }

    #move(call: Call): unknown {
        const input = read(inputs.move, call.body);
        const copy = this.#allowed(call, input.SecretId, "UpdateSecretVersionStage", []);
        this.secrets.moveStage(
            copy.arn,
            input.VersionStage,
            input.MoveToVersionId,
            input.RemoveFromVersionId,
        );
        return named(copy);
    }

    #describe(copy: SecretCopy): unknown {
        const rotation = this.secrets.rotations.of(arnIn(copy.primaryRegion, copy.arn));
        const rules = record(rotation?.outputs, "rotationRules");
        return {
            ...named(copy),
            ...(copy.keyReference === undefined ? {} : { KmsKeyId: copy.keyReference }),
            PrimaryRegion: copy.primaryRegion,
            RotationEnabled: rotation !== undefined,
            ...(rotation === undefined
                ? {}
                : {
                      RotationLambdaARN: text(rotation.outputs, "rotationLambdaArn"),
                      RotationRules: {
                          AutomaticallyAfterDays: rules?.["automaticallyAfterDays"],
                          ScheduleExpression: rules?.["scheduleExpression"],
                      },
                  }),
            ...(copy.lastRotatedMs === undefined
                ? {}
                : { LastRotatedDate: copy.lastRotatedMs / 1000 }),
            VersionIdsToStages: Object.fromEntries(
                copy.versions
                    .filter(({ stages }) => stages.length > 0)
                    .map(({ id, stages }) => [id, stages]),
            ),
            ReplicationStatus: copy.replicas.map(({ region, keyReference, status, message }) => ({
                Region: region,
                KmsKeyId: keyReference,
                Status: status,
                StatusMessage: message,
            })),
        };
    }

    #allowed(
        call: Call,
        reference: string,
        action: string,
        keyActions: readonly string[],
    ): SecretCopy {
        const copy = this.secrets.open(call.region, reference);
        refuseRole(this.world, copy, call.roleArn, action, keyActions);
        return copy;
    }
}

function named({ arn, name }: SecretCopy): { readonly ARN: string; readonly Name: string } {
    return { ARN: arn, Name: name };
}

/** @throws AwsError ValidationException with everything that is wrong */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
    const result = schema.safeParse(body);
    if (result.success) {
        return result.data;
    }
    throw new AwsError(
        "ValidationException",
        result.error.issues
            .map(({ path, message }) => `Value at '${path.join(".")}': ${message}`)
            .join("; "),
    );
}

function bodyOf(request: ApiRequest): unknown {
    try {
        return JSON.parse(request.body.toString("utf8") || "{}") as unknown;
    } catch {
        throw new AwsError("SerializationException", "the body is not JSON");
    }
}
