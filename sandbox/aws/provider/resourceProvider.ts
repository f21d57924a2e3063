import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import type {
    CheckAnswer,
    CheckCall,
    CheckFailure,
    DiffAnswer,
    ProviderSettings,
} from "./protocol";
import { configurationFailures, readConfiguration } from "./settings";
import { fromStruct, toStruct } from "./structs";
import { WorldClient, WorldError, worldUrl } from "./worldClient";

/** Version of the AWS provider that this one stands in for. */
export const providerVersion = "7.48.0";

/**
 * The `pulumirpc.ResourceProvider` of the rehearsal cloud: turns each gRPC call into one call to
 * the world and keeps nothing but the settings of this provider instance.
 */
export class ResourceProvider {
    #client: WorldClient | undefined;
    #settings: ProviderSettings = { region: "", defaultTags: {} };
    #stack: string | undefined;

    constructor(private readonly environment: NodeJS.ProcessEnv) {}

    /** The methods, for `grpc.Server.addService`; those it leaves out are answered with UNIMPLEMENTED. */
    service(): Partial<IResourceProviderServer> & grpc.UntypedServiceImplementation {
        return {
            handshake: respond(() => {
                const response = new messages.ProviderHandshakeResponse();
                response.setSupportsAutonamingConfiguration(true);
                return response;
            }),
            attach: respond(() => new Empty()),
            getPluginInfo: respond(() => {
                const info = new PluginInfo();
                info.setVersion(providerVersion);
                return info;
            }),
            getSchema: respond(() => {
                const response = new messages.GetSchemaResponse();
                response.setSchema("{}");
                return response;
            }),
            checkConfig: respond((request: messages.CheckRequest) => this.#checkConfig(request)),
            diffConfig: respond((request: messages.DiffRequest) => diffConfig(request)),
            configure: respond((request: messages.ConfigureRequest) => this.#configure(request)),
            check: respond((request: messages.CheckRequest) => this.#check(request)),
            diff: respond((request: messages.DiffRequest) => this.#diff(request)),
            create: respond((request: messages.CreateRequest) => this.#create(request)),
            update: respond((request: messages.UpdateRequest) => this.#update(request)),
            read: respond((request: messages.ReadRequest) => this.#read(request)),
            delete: respond((request: messages.DeleteRequest) => this.#delete(request)),
            invoke: respond((request: messages.InvokeRequest) => this.#invoke(request)),
            cancel: respond(() => {
                this.#client?.cancel();
                return new Empty();
            }),
        };
    }

    close(): void {
        this.#client?.close();
    }

    #checkConfig(request: messages.CheckRequest): messages.CheckResponse {
        worldUrl(this.environment);
        const news = fromStruct(request.getNews());
        return checkResponse({
            inputs: news,
            failures: configurationFailures(news, this.environment),
        });
    }

    async #configure(request: messages.ConfigureRequest): Promise<messages.ConfigureResponse> {
        const variables = Object.fromEntries(
            request
                .getVariablesMap()
                .getEntryList()
                .map(([key, value]): [string, unknown] => [key.replace(/^aws:config:/, ""), value]),
        );
        const args = request.hasArgs() ? fromStruct(request.getArgs()) : variables;
        const failures = configurationFailures(args, this.environment);
        if (failures.length > 0) {
            throw new WorldError(
                "invalid",
                failures.map(({ property, reason }) => `aws:${property}: ${reason}`).join("; "),
            );
        }
        const { settings, ...checks } = readConfiguration(args, this.environment);
        this.#settings = settings;
        this.#stack = stackOf(request.getUrn());
        const client = this.#connect();
        await client.openSession();
        await client.call("configure", {
            settings,
            ...checks,
            ...(this.#stack === undefined ? {} : { stack: this.#stack }),
        });
        const response = new messages.ConfigureResponse();
        response.setAcceptsecrets(false);
        response.setSupportspreview(true);
        response.setSupportsAutonamingConfiguration(true);
        return response;
    }

    async #check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
        const autonaming = request.getAutonaming();
        const answer = await this.#connect().call("check", {
            settings: this.#settings,
            urn: request.getUrn(),
            olds: request.hasOlds() ? fromStruct(request.getOlds()) : undefined,
            news: fromStruct(request.getNews()),
            randomSeed: Buffer.from(request.getRandomseed_asU8()).toString("hex"),
            ...(autonaming === undefined ? {} : { autonaming: autonamingOf(autonaming) }),
        });
        return checkResponse(answer);
    }

    async #diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
        const answer = await this.#connect().call("diff", {
            settings: this.#settings,
            urn: request.getUrn(),
            id: request.getId(),
            olds: fromStruct(request.getOlds()),
            oldInputs: fromStruct(request.getOldInputs()),
            news: fromStruct(request.getNews()),
            ignoreChanges: request.getIgnorechangesList(),
        });
        return diffResponse(answer);
    }

    async #create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
        const { id, properties } = await this.#connect().call("create", {
            settings: this.#settings,
            urn: request.getUrn(),
            properties: fromStruct(request.getProperties()),
            preview: request.getPreview(),
        });
        const response = new messages.CreateResponse();
        response.setId(id);
        response.setProperties(toStruct(properties));
        return response;
    }

    async #update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
        const { properties } = await this.#connect().call("update", {
            settings: this.#settings,
            urn: request.getUrn(),
            id: request.getId(),
            olds: fromStruct(request.getOlds()),
            news: fromStruct(request.getNews()),
            preview: request.getPreview(),
        });
        const response = new messages.UpdateResponse();
        response.setProperties(toStruct(properties));
        return response;
    }

    async #read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
        const { id, properties, inputs } = await this.#connect().call("read", {
            settings: this.#settings,
            urn: request.getUrn(),
            id: request.getId(),
            properties: fromStruct(request.getProperties()),
            inputs: fromStruct(request.getInputs()),
        });
        const response = new messages.ReadResponse();
        response.setId(id);
        if (id !== "") {
            response.setProperties(toStruct(properties));
            response.setInputs(toStruct(inputs));
        }
        return response;
    }

    async #delete(request: messages.DeleteRequest): Promise<Empty> {
        await this.#connect().call("delete", {
            settings: this.#settings,
            urn: request.getUrn(),
            id: request.getId(),
            properties: fromStruct(request.getProperties()),
        });
        return new Empty();
    }

    async #invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
        const { result } = await this.#connect().call("invoke", {
            settings: this.#settings,
            token: request.getTok(),
            args: fromStruct(request.getArgs()),
            ...(this.#stack === undefined ? {} : { stack: this.#stack }),
        });
        const response = new messages.InvokeResponse();
        response.setReturn(toStruct(result));
        return response;
    }

    #connect(): WorldClient {
        this.#client ??= new WorldClient(worldUrl(this.environment));
        return this.#client;
    }
}

/** A unary gRPC method from a function that answers or throws. */
function respond<Request, Response>(
    act: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => act(call.request))
            .then(
                (response) => callback(null, response),
                (error: unknown) => callback(asStatus(error)),
            );
    };
}

/**
 * INTERNAL, UNKNOWN and DATA_LOSS make the engine doubt its state, so they are kept for what leaves
 * the resource in doubt; a refusal and a call that got no answer are clean failures.
 */
function asStatus(error: unknown): Partial<grpc.StatusObject> {
    const message = error instanceof Error ? error.message : String(error);
    const kind = error instanceof WorldError ? error.kind : "internal";
    const codes = {
        invalid: grpc.status.INVALID_ARGUMENT,
        refused: grpc.status.FAILED_PRECONDITION,
        timeout: grpc.status.DEADLINE_EXCEEDED,
        cancelled: grpc.status.CANCELLED,
        unreachable: grpc.status.UNKNOWN,
        internal: grpc.status.INTERNAL,
    } as const;
    return { code: codes[kind], details: message };
}

function checkResponse({ inputs, failures }: CheckAnswer): messages.CheckResponse {
    const response = new messages.CheckResponse();
    response.setInputs(toStruct(inputs));
    response.setFailuresList(failures.map(checkFailure));
    return response;
}

function checkFailure({ property, reason }: CheckFailure): messages.CheckFailure {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
}

function diffResponse(answer: DiffAnswer): messages.DiffResponse {
    const response = new messages.DiffResponse();
    const { DiffChanges } = messages.DiffResponse;
    response.setChanges(answer.diffs.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
    response.setDiffsList([...answer.diffs]);
    response.setReplacesList([...answer.replaces]);
    response.setStablesList([...answer.stables]);
    response.setDeletebeforereplace(answer.deleteBeforeReplace);
    response.setHasdetaileddiff(true);
    for (const [path, kind] of Object.entries(answer.detailedDiff)) {
        const entry = new messages.PropertyDiff();
        entry.setKind(messages.PropertyDiff.Kind[kind]);
        entry.setInputdiff(path !== "tagsAll");
        response.getDetaileddiffMap().set(path, entry);
    }
    return response;
}

/** Settings change in place: in version 7 not even another region replaces the provider's resources. */
function diffConfig(request: messages.DiffRequest): messages.DiffResponse {
    const before = JSON.stringify(fromStruct(request.getOldInputs()));
    const after = JSON.stringify(fromStruct(request.getNews()));
    const response = new messages.DiffResponse();
    const { DiffChanges } = messages.DiffResponse;
    response.setChanges(before === after ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
    return response;
}

function autonamingOf(
    options: messages.CheckRequest.AutonamingOptions,
): NonNullable<CheckCall["autonaming"]> {
    const { Mode } = messages.CheckRequest.AutonamingOptions;
    const mode = options.getMode();
    return {
        mode: mode === Mode.ENFORCE ? "enforce" : mode === Mode.DISABLE ? "disable" : "propose",
        proposedName: options.getProposedName(),
    };
}

function stackOf(urn: string | undefined): string | undefined {
    return urn === undefined ? undefined : /^urn:pulumi:(.+?)::/.exec(urn)?.[1];
}
