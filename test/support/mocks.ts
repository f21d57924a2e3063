// As the program does: without it, most of a spec's time would go into traces that nobody reads.
import "../../infra/stackTraces";

import * as pulumi from "@pulumi/pulumi";
import type {
    RegisterResourceRequest,
    RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb";

/** A resource as a program registered it. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** What it has once it is made; the inputs are among it. */
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly custom: boolean;
    readonly options: RegistrationOptions;
}

/** The options that decide what an update may do to a resource. */
export interface RegistrationOptions {
    /** Logical name of the parent; empty when it has none. */
    readonly parent: string;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly ignoreChanges: readonly string[];
    /** Its explicit provider's URN and id; empty for the default one. */
    readonly provider: string;
    /** Logical names of the resources that come first. */
    readonly dependsOn: readonly string[];
    /** URNs of the resources that a property's value comes from, by property. */
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** What a program registered and looked up since `setMocks`. */
export class Registrations {
    readonly all: Registration[] = [];
    /** Tokens of functions that were invoked or called. */
    readonly lookups: string[] = [];

    /** Those of a type, such as `aws:s3/bucket:Bucket`, in the order of their names. */
    of(type: string): readonly Registration[] {
        return this.all
            .filter((registration) => registration.type === type)
            .sort((a, b) => (a.name < b.name ? -1 : 1));
    }

    names(type: string): readonly string[] {
        return this.of(type).map(({ name }) => name);
    }

    /** URNs, by type and name. */
    readonly #urns = new Map<string, string>();

    named(urn: string, { type, name }: Pick<Registration, "type" | "name">): void {
        this.#urns.set(`${type} ${name}`, urn);
    }

    /** A resource's URN; known once `settled` is over. */
    urnOf({ type, name }: Pick<Registration, "type" | "name">): string {
        return this.#urns.get(`${type} ${name}`) ?? "";
    }

    /** The one resource of this type and name. */
    one(type: string, name: string): Registration {
        const found = this.all.filter(
            (registration) => registration.type === type && registration.name === name,
        );
        if (found.length !== 1) {
            throw new Error(
                `${found.length} resources are ${type} ${name}; there are ${this.names(type).join(", ")}`,
            );
        }
        return found[0] as Registration;
    }

    /** Inputs of the one resource of this type and name. */
    inputs(type: string, name: string): Readonly<Record<string, unknown>> {
        return this.one(type, name).inputs;
    }
}

export interface MockOptions {
    readonly stack?: string;
    readonly region?: string;
    /** Unknown outputs stay unknown, as in a first preview. @default false */
    readonly preview?: boolean;
    /** Outputs of other stacks, by stack. */
    readonly stackOutputs?: Readonly<Record<string, object>>;
    /** Outputs of a resource that differ from its inputs, as `ignoreChanges` would leave them. */
    readonly state?: (type: string, name: string) => object | undefined;
}

const accountId = "111122223333";

/**
 * Puts Pulumi under test: resources are recorded and get outputs shaped as AWS's; a function call fails,
 * because no program of ours makes any. Call it before the program is run, once per test.
 */
export async function setMocks(options: MockOptions = {}): Promise<Registrations> {
    const registrations = new Registrations();
    const requested = new Map<string, RegistrationOptions>();
    const region = options.region ?? "eu-west-1";
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs, custom, id }) => {
                const plain = unwrap(inputs) as Record<string, unknown>;
                const outputs = {
                    ...plain,
                    ...computed(type, name, plain, region),
                    ...options.state?.(type, name),
                };
                registrations.all.push({
                    type,
                    name,
                    inputs: plain,
                    outputs,
                    custom: custom ?? !type.startsWith("meridian:"),
                    options: requested.get(`${type} ${name}`) ?? noOptions,
                });
                if (type === "pulumi:pulumi:StackReference") {
                    const stack = String(plain["name"]).split("/").pop() as string;
                    const state = {
                        ...plain,
                        outputs: options.stackOutputs?.[stack] ?? {},
                        secretOutputNames: [],
                    };
                    return { id: name, state };
                }
                return {
                    id: id !== undefined && id !== "" ? id : idOf(type, name, plain),
                    state: outputs,
                };
            },
            call: ({ token }) => {
                registrations.lookups.push(token);
                throw new Error(`no lookup is allowed, got ${token}`);
            },
        },
        "meridian",
        options.stack ?? region,
        options.preview ?? false,
        "organization",
    );
    recordOptions(requested, registrations);
    return registrations;
}

const noOptions: RegistrationOptions = {
    parent: "",
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    provider: "",
    dependsOn: [],
    propertyDependencies: {},
};

/** Mocks are told of neither options nor URNs: they are read from the requests to the monitor and its answers. */
function recordOptions(
    requested: Map<string, RegistrationOptions>,
    registrations: Registrations,
): void {
    // Exported by the SDK, but left out of its types.
    const { getMonitor } = pulumi.runtime as unknown as { getMonitor: () => Monitor };
    const monitor = getMonitor();
    const registerResource = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
        requested.set(`${request.getType()} ${request.getName()}`, {
            parent: nameIn(request.getParent()),
            protect: request.getProtect() ?? false,
            retainOnDelete: request.getRetainondelete() ?? false,
            ignoreChanges: request.getIgnorechangesList(),
            provider: request.getProvider(),
            dependsOn: request.getDependenciesList().map(nameIn).sort(),
            propertyDependencies: Object.fromEntries(
                [...request.getPropertydependenciesMap().entries()].map(([property, from]) => [
                    property,
                    from.getUrnsList(),
                ]),
            ),
        });
        return registerResource(request, (error, answer) => {
            if (answer !== undefined) {
                registrations.named(answer.getUrn(), {
                    type: request.getType(),
                    name: request.getName(),
                });
            }
            callback(error, answer);
        });
    };
}

type Answered = (error: unknown, answer: RegisterResourceResponse | undefined) => void;

interface Monitor {
    registerResource(request: RegisterResourceRequest, callback: Answered): unknown;
}

function nameIn(urn: string): string {
    return urn.split("::").pop() ?? "";
}

/** Resolves once everything registered so far has its outputs and so all that follows from them. */
export async function settled(): Promise<void> {
    // Exported by the SDK, but left out of its types.
    const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };
    await waitForRPCs();
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise((resolve) => {
        pulumi.output(output).apply((value) => resolve(value));
    });
}

/** A policy document that a registration holds as text. */
export function policyIn(
    inputs: Readonly<Record<string, unknown>>,
    property = "policy",
): { readonly Version: string; readonly Statement: readonly Record<string, unknown>[] } {
    return JSON.parse(inputs[property] as string) as ReturnType<typeof policyIn>;
}

const computers: Readonly<
    Record<
        string,
        (name: string, inputs: Record<string, unknown>, region: string) => Record<string, unknown>
    >
> = {
    "aws:acm/certificate:Certificate": (_, inputs) => ({
        domainValidationOptions: [
            inputs["domainName"],
            ...(inputs["subjectAlternativeNames"] as unknown[]),
        ].map((domainName) => ({
            domainName,
            resourceRecordName: `_proof.${String(domainName)}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_answer.${String(domainName)}.acm-validations.aws.`,
        })),
    }),
    "aws:cloudfront/distribution:Distribution": () => ({
        domainName: "d111111abcdef8.cloudfront.net",
        hostedZoneId: "Z2FDTNDATAQYW2",
    }),
    "pulumi-nodejs:dynamic/meridian:GlobalWriter": (_, inputs) => ({
        currentWriter: inputs["writer"],
        lastChange: {
            kind: "none",
            from: inputs["writer"],
            to: inputs["writer"],
            lagSeconds: 0,
        },
    }),
    "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "2600:1f18:abcd:ef00::/56" }),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (name) => ({ prefixListId: `pl-${name}` }),
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": (_, inputs) => ({
        globalReplicationGroupId: `abcde-${String(inputs["globalReplicationGroupIdSuffix"])}`,
    }),
    "aws:elasticache/replicationGroup:ReplicationGroup": (_, inputs) => ({
        primaryEndpointAddress: `master.${String(inputs["replicationGroupId"])}.a1b2c3.use1.cache.amazonaws.com`,
    }),
    "aws:globalaccelerator/accelerator:Accelerator": () => ({
        dnsName: "a0123456789abcdef.awsglobalaccelerator.com",
        dualStackDnsName: "a0123456789abcdef.dualstack.awsglobalaccelerator.com",
        hostedZoneId: "Z2BJ6XQ5FK7U4H",
    }),
    "aws:dynamodb/table:Table": (_, inputs, region) => ({
        arn: `arn:aws:dynamodb:${region}:${accountId}:table/${String(inputs["name"])}`,
    }),
    "aws:kinesis/stream:Stream": (_, inputs, region) => ({
        arn: `arn:aws:kinesis:${region}:${accountId}:stream/${String(inputs["name"])}`,
    }),
    "aws:kms/key:Key": (name) => ({ keyId: `${name}-id` }),
    "aws:lb/loadBalancer:LoadBalancer": (name, _, region) => ({
        arnSuffix: `app/${name}/0123456789abcdef`,
        dnsName: `${name}-123.${region}.elb.amazonaws.com`,
        zoneId: "Z32O12XQLNTSW2",
    }),
    "aws:lb/targetGroup:TargetGroup": (name) => ({
        arnSuffix: `targetgroup/${name}/0123456789abcdef`,
    }),
    // Only a primary, which has users of its own, has an endpoint of a writer.
    "aws:rds/cluster:Cluster": (_, inputs) => {
        const at = `abc123.${String(inputs["region"])}.rds.amazonaws.com`;
        const name = (role: string) => `${String(inputs["clusterIdentifier"])}.${role}-${at}`;
        return {
            endpoint: inputs["masterUsername"] === undefined ? "" : name("cluster"),
            readerEndpoint: name("cluster-ro"),
        };
    },
    "aws:s3/bucket:Bucket": (_, inputs, region) => ({
        arn: `arn:aws:s3:::${String(inputs["bucket"])}`,
        bucketRegionalDomainName: `${String(inputs["bucket"])}.s3.${region}.amazonaws.com`,
    }),
    "aws:sqs/queue:Queue": (_, inputs, region) => ({
        url: `https://sqs.${region}.amazonaws.com/${accountId}/${String(inputs["name"])}`,
    }),
    "aws:route53/record:Record": (_, inputs) => ({ fqdn: inputs["name"] }),
};

/** A bucket is known by its name; most of the rest by an id of AWS's. */
function idOf(type: string, name: string, inputs: Record<string, unknown>): string {
    return type === "aws:s3/bucket:Bucket" ? String(inputs["bucket"]) : `${name}-id`;
}

function computed(
    type: string,
    name: string,
    inputs: Record<string, unknown>,
    region: string,
): Record<string, unknown> {
    const service = /^aws:([a-z0-9]+)\//.exec(type)?.[1];
    const own = typeof inputs["name"] === "string" ? inputs["name"] : name;
    return {
        ...(service === undefined
            ? {}
            : {
                  name: own,
                  arn: `arn:aws:${service}:${service === "iam" ? "" : region}:${accountId}:${own}`,
              }),
        ...computers[type]?.(name, inputs, region),
    };
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Secrets arrive wrapped; tests compare what is in them. */
function unwrap(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(unwrap);
    }
    if (typeof value !== "object" || value === null || pulumi.asset.Archive.isInstance(value)) {
        return value;
    }
    const record = value as Record<string, unknown>;
    return secretSignature in record
        ? unwrap(record["value"])
        : Object.fromEntries(Object.entries(record).map(([key, held]) => [key, unwrap(held)]));
}
