import { createHash, randomUUID } from "node:crypto";

import { AwsError } from "../aws/awsError";
import { lookUpTable } from "../aws/dynamodb/tableLookup";
import { check } from "../aws/lifecycle/check";
import { diff } from "../aws/lifecycle/diff";
import { CallError, noAnswer, refusal } from "../aws/lifecycle/failure";
import { allTags, takesTags } from "../aws/lifecycle/tags";
import { containsUnknown, defaultsKey, plainInputs } from "../aws/lifecycle/values";
import type * as protocol from "../aws/provider/protocol";
import type { ResourceType, TypeContext } from "../aws/resourceType";
import { unknownValue } from "../aws/resourceType";
import { text } from "../aws/support/known";
import { resourceTypes } from "../aws/types";
import type { CallRecord, Plane } from "./journal";
import type { Props, StoredResource } from "./store";
import type { World } from "./world";

export interface ControlPlaneOptions {
    /** @default every type of sandbox/aws */
    readonly types?: readonly ResourceType[];
    /** World milliseconds that a call to a dead home hangs before it fails. @default 20 000 */
    readonly timeoutMs?: number;
}

interface Target {
    readonly type: ResourceType;
    /** Region of the resource; `global` for services without one. */
    readonly region: string;
    readonly logicalName: string;
    readonly caller: string;
}

interface ApiCall {
    readonly caller: string;
    readonly plane: Plane;
    readonly service: string;
    readonly action: string;
    /** Where the plane lives that has to answer. */
    readonly home: string;
    /** What the caller was doing, for the error. */
    readonly doing: string;
}

/**
 * AWS's control planes, as the provider meets them. Each call goes to its home region, is recorded
 * there, hangs when the home is down, and otherwise changes the account or is refused in AWS's
 * words. Check and diff ask nobody: an unchanged resource costs no call.
 */
export class ControlPlane {
    readonly #types: ReadonlyMap<string, ResourceType>;
    readonly #timeoutMs: number;

    constructor(
        private readonly world: World,
        options: ControlPlaneOptions = {},
    ) {
        this.#types = new Map((options.types ?? resourceTypes).map((type) => [type.type, type]));
        this.#timeoutMs = options.timeoutMs ?? 20_000;
    }

    /** Asks STS who is calling, as the provider does when it starts. @throws CallError */
    async configure(
        call: protocol.ConfigureCall,
        signal?: AbortSignal,
    ): Promise<protocol.ConfigureAnswer> {
        if (call.skipRequestingAccountId) {
            return { accountId: "" };
        }
        const { region } = call.settings;
        await this.#answered(
            {
                caller: `pulumi:${call.stack ?? region}`,
                // STS answers in every region by itself, so it counts as serving:
                // https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
                plane: "data",
                service: "sts",
                action: "GetCallerIdentity",
                home: region,
                doing: "retrieving AWS account details",
            },
            () => undefined,
            signal,
        );
        const { accountId } = this.world;
        const allowed = call.allowedAccountIds;
        if (
            (allowed.length > 0 && !allowed.includes(accountId)) ||
            call.forbiddenAccountIds.includes(accountId)
        ) {
            throw new CallError(
                "invalid",
                `AWS account ID not allowed: ${accountId}` +
                    (allowed.length > 0 ? ` (allowedAccountIds: ${allowed.join(", ")})` : "") +
                    "; correct aws:allowedAccountIds in the stack's configuration, or use the account it names",
            );
        }
        return { accountId };
    }

    check(call: protocol.CheckCall): protocol.CheckAnswer {
        const { type, logicalName } = this.#target(call, call.news);
        return check(type, { ...call, logicalName });
    }

    diff(call: protocol.DiffCall): protocol.DiffAnswer {
        return diff(this.#target(call, call.news).type, call);
    }

    /** @throws CallError */
    async create(call: protocol.CreateCall, signal?: AbortSignal): Promise<protocol.CreateAnswer> {
        const inputs = plainInputs(call.properties);
        const target = this.#target(call, inputs);
        const { type } = target;
        if (call.preview) {
            const unknown = Object.fromEntries(type.computed.map((name) => [name, unknownValue]));
            return {
                id: "",
                properties: { ...unknown, ...this.#common(target, inputs, call.settings) },
            };
        }
        const resource = await this.#resourceCall(
            target,
            "create",
            `creating ${type.type}`,
            signal,
        )(() => {
            type.admit?.(inputs, this.#context(target, call.urn, 0), undefined);
            const made = this.#compute(target, inputs, undefined, call);
            if (
                type.upsert !== true &&
                this.world.store.get(type.type, target.region, made.id) !== undefined
            ) {
                throw new AwsError(
                    "ResourceAlreadyExistsException",
                    `${type.type} ${made.id} already exists`,
                    409,
                );
            }
            this.world.store.put(made);
            return made;
        });
        return { id: resource.id, properties: resource.outputs };
    }

    /** @throws CallError */
    async update(call: protocol.UpdateCall, signal?: AbortSignal): Promise<protocol.UpdateAnswer> {
        const inputs = plainInputs(call.news);
        const target = this.#target(call, { region: call.olds["region"], ...inputs });
        const { type } = target;
        if (call.preview) {
            return { properties: this.#previewOfUpdate(target, inputs, call) };
        }
        const doing = `updating ${type.type} (${call.id})`;
        const resource = await this.#resourceCall(
            target,
            "update",
            doing,
            signal,
        )(() => {
            const current = this.world.store.get(type.type, target.region, call.id);
            if (current === undefined) {
                throw new AwsError(
                    "ResourceNotFoundException",
                    `${type.type} ${call.id} does not exist; run pulumi refresh to forget it`,
                    404,
                );
            }
            type.admit?.(inputs, this.#context(target, call.urn, 0), current.outputs);
            const made = this.#compute(target, inputs, current.outputs, call);
            this.world.store.put(made);
            return made;
        });
        return { properties: resource.outputs };
    }

    /** Reads for a refresh or an import. @throws CallError */
    async read(call: protocol.ReadCall, signal?: AbortSignal): Promise<protocol.ReadAnswer> {
        const [id, idRegion] = splitRegion(call.id);
        const region = idRegion ?? call.properties["region"] ?? call.inputs["region"];
        const target = this.#target(call, { region });
        const { type } = target;
        const found = await this.#resourceCall(
            target,
            "read",
            `reading ${type.type} (${call.id})`,
            signal,
        )(
            () =>
                this.world.store.get(type.type, target.region, id) ??
                this.world.store
                    .list(type.type, target.region)
                    .find((resource) => type.importIds?.(resource).includes(id)),
        );
        if (found === undefined) {
            return { id: "", properties: {}, inputs: {} };
        }
        return {
            id: found.id,
            properties: found.outputs,
            inputs: { ...found.inputs, [defaultsKey]: call.inputs[defaultsKey] ?? [] },
        };
    }

    /** Deletes; what is already gone counts as deleted. @throws CallError */
    async delete(call: protocol.DeleteCall, signal?: AbortSignal): Promise<Record<string, never>> {
        const target = this.#target(call, call.properties);
        const { type } = target;
        await this.#resourceCall(
            target,
            "delete",
            `deleting ${type.type} (${call.id})`,
            signal,
        )(() => {
            const current = this.world.store.get(type.type, target.region, call.id);
            if (current === undefined) {
                return;
            }
            // What the state says of skipDestroy, forceDestroy and the like counts, as in the provider.
            const outputs = { ...current.outputs, ...providerOnly(call.properties) };
            if (outputs["skipDestroy"] === true) {
                return;
            }
            const context = this.#context(target, call.urn, 0);
            type.refuseDelete?.(outputs, context);
            this.world.store.delete(type.type, target.region, call.id);
            type.deleted?.(outputs, context);
        });
        return {};
    }

    /**
     * Lookups. Each is recorded with service `lookup`, whatever becomes of it.
     *
     * @throws CallError
     */
    async invoke(call: protocol.InvokeCall, signal?: AbortSignal): Promise<protocol.InvokeAnswer> {
        const { region } = call.settings;
        const name = call.token.split(":").pop() ?? call.token;
        const base = {
            caller: `pulumi:${call.stack ?? region}`,
            plane: "control",
            service: "lookup",
            action: call.token,
            home: region,
            doing: `looking up ${name}`,
        } as const;
        const { accountId } = this.world;
        switch (name) {
            case "getCallerIdentity":
                return this.#answered(
                    { ...base, plane: "data" },
                    () => ({
                        result: {
                            accountId,
                            arn: `arn:aws:iam::${accountId}:user/rehearsal`,
                            id: accountId,
                            userId: "AIDAREHEARSAL0000000",
                        },
                    }),
                    signal,
                );
            case "getRegion":
                this.#record(base, "ok");
                return { result: { id: region, name: region, region, description: region } };
            case "getTable": {
                const where = text(call.args, "region") ?? region;
                return this.#answered(
                    { ...base, service: "dynamodb", action: "DescribeTable", home: where },
                    () => ({
                        result: lookUpTable(this.world, text(call.args, "name") ?? "", where),
                    }),
                    signal,
                );
            }
            default:
                this.#record(base, "refused");
                throw new CallError(
                    "invalid",
                    `lookup ${call.token} is not available here: a lookup runs on every update and needs a control plane ` +
                        "each time, often one in us-east-1; give the program the value as configuration or pinned data " +
                        "(available: aws:dynamodb/getTable:getTable, aws:index/getCallerIdentity:getCallerIdentity, aws:index/getRegion:getRegion)",
                );
        }
    }

    #target(
        call: { readonly urn: string; readonly settings: protocol.ProviderSettings },
        inputs: Props,
    ): Target {
        const { stack, typeToken, logicalName } = parseUrn(call.urn);
        const type = this.#types.get(typeToken);
        if (type === undefined) {
            throw new CallError(
                "invalid",
                `the rehearsal cloud does not know the type ${typeToken}; describe it in sandbox/aws/${
                    /^aws:(\w+)\//.exec(typeToken)?.[1] ?? "<service>"
                }.ts (known: ${[...this.#types.keys()].sort().join(", ")})`,
            );
        }
        const own = inputs["region"];
        const region = typeof own === "string" ? own : call.settings.region;
        return {
            type,
            region: type.home === "regional" ? region : "global",
            logicalName,
            caller: `pulumi:${stack}`,
        };
    }

    #context(target: Target, urn: string, attempt: number): TypeContext {
        return {
            store: this.world.store,
            accountId: this.world.accountId,
            region: target.region,
            nowMs: this.world.clock.now(),
            unique: (length) => stableDigits(`${urn}|${target.region}|${attempt}`, length),
            logicalName: target.logicalName,
        };
    }

    /** The resource as it would be stored. A new one whose id is taken by chance draws again, so that a replacement differs from what it replaces. */
    #compute(
        target: Target,
        inputs: Props,
        current: Props | undefined,
        call: { readonly urn: string; readonly settings: protocol.ProviderSettings },
    ): StoredResource {
        const { type, region } = target;
        let attempt = 0;
        let made = type.compute(inputs, this.#context(target, call.urn, attempt), current);
        while (current === undefined && this.world.store.get(type.type, region, made.id)) {
            attempt++;
            const again = type.compute(inputs, this.#context(target, call.urn, attempt), current);
            if (again.id === made.id) {
                break;
            }
            made = again;
        }
        const id = typeof current?.["id"] === "string" ? current["id"] : made.id;
        const outputs = { ...this.#common(target, inputs, call.settings), ...made.outputs, id };
        return { type: type.type, region, id, inputs, outputs };
    }

    /** Outputs that every type has. */
    #common(target: Target, inputs: Props, settings: protocol.ProviderSettings): Props {
        return {
            ...inputs,
            ...(target.type.home === "regional" ? { region: target.region } : {}),
            ...(takesTags(target.type) ? { tagsAll: allTags(inputs, settings.defaultTags) } : {}),
        };
    }

    #previewOfUpdate(target: Target, inputs: Props, call: protocol.UpdateCall): Props {
        const { type } = target;
        const kept = Object.fromEntries(
            type.computed
                .filter((name) => !(name in inputs) && name in call.olds)
                .map((name) => [name, call.olds[name]]),
        );
        const changing = Object.fromEntries(
            (type.changesOnUpdate ?? [])
                .filter((name) => !(name in inputs))
                .map((name) => [name, unknownValue]),
        );
        const common = this.#common(target, inputs, call.settings);
        if (containsUnknown(inputs)) {
            return { ...kept, ...common, ...changing };
        }
        const made = this.#compute(target, inputs, call.olds, call);
        return { ...kept, ...made.outputs, ...changing, id: call.id };
    }

    #resourceCall(
        target: Target,
        kind: keyof ResourceType["actions"],
        doing: string,
        signal: AbortSignal | undefined,
    ): <T>(act: () => T) => Promise<T> {
        const { type, region, caller } = target;
        return (act) =>
            this.#answered(
                {
                    caller,
                    plane: type.plane ?? "control",
                    service: type.service,
                    action: type.actions[kind],
                    home: type.home === "regional" ? region : type.home,
                    doing,
                },
                act,
                signal,
            );
    }

    /** One API call: hangs when its home is down, otherwise acts at once. */
    async #answered<T>(call: ApiCall, act: () => T, signal: AbortSignal | undefined): Promise<T> {
        const { faults, clock } = this.world;
        const down =
            call.plane === "data"
                ? faults.blackedOut(call.home)
                : faults.controlPlaneDown(call.home);
        if (down) {
            // Recorded before the wait: a call that still hangs has been made.
            this.#record(call, "timeout");
            await clock.sleep(this.#timeoutMs, signal);
            throw noAnswer(call.doing, call.service, call.action, call.home, this.#timeoutMs);
        }
        try {
            const result = act();
            this.#record(call, "ok");
            return result;
        } catch (error) {
            if (!(error instanceof AwsError)) {
                this.#record(call, "failed");
                throw error;
            }
            this.#record(call, "refused");
            throw refusal(call.doing, call, call.action, error, randomUUID());
        }
    }

    #record(call: ApiCall, outcome: CallRecord["outcome"]): void {
        const { caller, plane, service, action, home } = call;
        const atMs = this.world.clock.now();
        this.world.journal.add({ atMs, caller, plane, service, action, region: home, outcome });
    }
}

/** Arguments that only the provider knows and AWS does not keep. */
function providerOnly(properties: Props): Props {
    const names = ["skipDestroy", "forceDestroy", "bypassPolicyLockoutSafetyCheck"];
    return Object.fromEntries(
        names.filter((name) => name in properties).map((name) => [name, properties[name]]),
    );
}

function parseUrn(urn: string): { stack: string; typeToken: string; logicalName: string } {
    const [stack, , qualifiedType, ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
    const typeToken = qualifiedType?.split("$").pop();
    if (stack === undefined || typeToken === undefined || name.length === 0) {
        throw new CallError("invalid", `not a resource URN: ${urn}`);
    }
    return { stack, typeToken, logicalName: name.join("::") };
}

/** `id@eu-west-1`, the AWS provider's way to name a region in an import. */
function splitRegion(id: string): [id: string, region: string | undefined] {
    const match = /^(.+)@([a-z]{2,4}(?:-[a-z]+)+-\d)$/.exec(id);
    return match === null ? [id, undefined] : [match[1] ?? id, match[2]];
}

function stableDigits(seed: string, length: number): string {
    let text = "";
    for (let block = 0; text.length < length; block++) {
        text += createHash("sha256").update(`${seed}|${block}`).digest("hex");
    }
    return text.slice(0, length);
}
