import { randomBytes } from "node:crypto";

import { AwsError } from "../../aws/awsError";
import { type HostedZone, hostedZone, recordsOf } from "../../aws/route53/hostedZones";
import {
    canonicalName,
    healthCheckType,
    type RecordSet,
    zoneType,
} from "../../aws/route53/recordSet";
import type { DnsServer } from "../dns";
import { apexSets } from "../dns/zoneOf";
import { describeZone } from "../dns/zones";
import type { HealthCheckers } from "../healthChecks";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { applyChanges, readChanges } from "./route53/changeBatch";
import { healthCheckXml } from "./route53/healthCheckXml";
import { askingSubnet } from "./route53/askingSubnet";
import { inOrder, maxItems, paged } from "./route53/paging";
import { absolute, recordSetXml } from "./route53/recordSetXml";
import { readXml, route53Response, type XmlElement } from "./route53/xml";

/** World time until a change is everywhere. DNS here has it at once; AWS says within 60 seconds. */
const changeMs = 30_000;

type Action = (request: ApiRequest, id: string) => ApiResponse;

export interface Route53ApiOptions {
    readonly dns: Pick<DnsServer, "resolve">;
    readonly health: Pick<HealthCheckers, "status">;
}

/**
 * Route 53's API over the account. All of it, also what only reads, is a control plane in us-east-1.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-concepts.html
 */
export class Route53Api implements ApiHandler {
    readonly service = "route53";
    readonly protocol = "rest-xml";
    readonly home = "us-east-1";

    readonly #routes: readonly (readonly [name: string, method: string, path: RegExp, Action])[] = [
        ["ListHealthChecks", "GET", /^healthcheck$/, (request) => this.#listHealthChecks(request)],
        ["GetHealthCheck", "GET", /^healthcheck\/([^/]+)$/, (_, id) => this.#getHealthCheck(id)],
        [
            "GetHealthCheckStatus",
            "GET",
            /^healthcheck\/([^/]+)\/status$/,
            (_, id) => this.#getHealthCheckStatus(id),
        ],
        ["ListHostedZones", "GET", /^hostedzone$/, (request) => this.#listHostedZones(request)],
        ["GetHostedZone", "GET", /^hostedzone\/([^/]+)$/, (_, id) => this.#getHostedZone(id)],
        [
            "ListResourceRecordSets",
            "GET",
            /^hostedzone\/([^/]+)\/rrset$/,
            (request, id) => this.#listRecordSets(request, id),
        ],
        [
            "ChangeResourceRecordSets",
            "POST",
            /^hostedzone\/([^/]+)\/rrset\/?$/,
            (request, id) => this.#changeRecordSets(request, id),
        ],
        ["GetChange", "GET", /^change\/([^/]+)$/, (_, id) => this.#getChange(id)],
        ["TestDNSAnswer", "GET", /^testdnsanswer$/, (request) => this.#testDnsAnswer(request)],
    ];
    readonly #changes = new Map<
        string,
        { readonly submittedMs: number; readonly comment: string | undefined }
    >();

    constructor(
        private readonly world: World,
        private readonly options: Route53ApiOptions,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const name = this.#route(request)?.name;
        return { action: name ?? `${request.method} ${request.path}`, plane: "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const route = this.#route(request);
        if (route === undefined) {
            throw notImplemented(this.service, `${request.method} ${request.path}`);
        }
        return route.action(request, route.id);
    }

    #route({
        method,
        path,
    }: ApiRequest):
        { readonly name: string; readonly action: Action; readonly id: string } | undefined {
        const rest = path.replace(/^\/2013-04-01\//, "");
        for (const [name, verb, pattern, action] of this.#routes) {
            const match = verb === method ? pattern.exec(rest) : null;
            if (match !== null) {
                return { name, action, id: decodeURIComponent(match[1] ?? "") };
            }
        }
        return undefined;
    }

    #listHealthChecks({ query }: ApiRequest): ApiResponse {
        const checks = this.world.store.list(healthCheckType);
        const { page, paging } = paged(checks, ({ id }) => id, query);
        return route53Response("ListHealthChecksResponse", {
            HealthChecks: { HealthCheck: page.map(healthCheckXml) },
            ...paging,
        });
    }

    #getHealthCheck(id: string): ApiResponse {
        return route53Response("GetHealthCheckResponse", {
            HealthCheck: healthCheckXml(this.#healthCheck(id)),
        });
    }

    /** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html: not for calculated checks. */
    #getHealthCheckStatus(id: string): ApiResponse {
        if (this.#healthCheck(id).outputs["type"] === "CALCULATED") {
            throw new AwsError(
                "InvalidInput",
                `the status of calculated health check ${id} cannot be had here; read the metric HealthCheckStatus in us-east-1`,
            );
        }
        const observations = this.options.health.status(id)?.observations ?? [];
        return route53Response("GetHealthCheckStatusResponse", {
            HealthCheckObservations: {
                HealthCheckObservation: observations.map((observation) => ({
                    Region: observation.region,
                    IPAddress: observation.address,
                    StatusReport: {
                        Status: observation.status,
                        CheckedTime: new Date(observation.checkedMs).toISOString(),
                    },
                })),
            },
        });
    }

    #listHostedZones({ query }: ApiRequest): ApiResponse {
        const zones = this.world.store.list(zoneType);
        const { page, paging } = paged(zones, ({ id }) => id, query);
        return route53Response("ListHostedZonesResponse", {
            HostedZones: { HostedZone: page.map((zone) => this.#zoneXml(zone)) },
            ...paging,
        });
    }

    #getHostedZone(id: string): ApiResponse {
        const resource = this.#zoneResource(id);
        const { nameServers } = describeZone(resource);
        return route53Response("GetHostedZoneResponse", {
            HostedZone: this.#zoneXml(resource),
            DelegationSet: { NameServers: { NameServer: nameServers } },
        });
    }

    #listRecordSets({ query }: ApiRequest, zoneId: string): ApiResponse {
        const start = {
            name: canonicalName(query.get("name") ?? ""),
            type: query.get("type") ?? "",
            setIdentifier: query.get("identifier") ?? "",
        };
        if (start.type !== "" && start.name === "") {
            throw new AwsError("InvalidInput", "StartRecordType needs StartRecordName");
        }
        const sets = [...this.#sets(this.#zoneResource(zoneId))].sort(inOrder);
        const from = start.name === "" ? 0 : sets.findIndex((set) => inOrder(set, start) >= 0);
        const most = maxItems(query, 300);
        const rest = from < 0 ? [] : sets.slice(from);
        const next = rest[most];
        return route53Response("ListResourceRecordSetsResponse", {
            ResourceRecordSets: { ResourceRecordSet: rest.slice(0, most).map(recordSetXml) },
            IsTruncated: next !== undefined,
            MaxItems: most,
            ...(next === undefined
                ? {}
                : {
                      NextRecordName: absolute(next.name),
                      NextRecordType: next.type,
                      NextRecordIdentifier: next.setIdentifier,
                  }),
        });
    }

    #changeRecordSets({ body }: ApiRequest, zoneId: string): ApiResponse {
        const zone = hostedZone(this.world.store, zoneId);
        const request = readXml(body, "ChangeResourceRecordSetsRequest");
        applyChanges(
            this.world.store,
            zone,
            apexSets(describeZone(this.#zoneResource(zoneId)), this.#declared(zone)),
            readChanges(request),
        );
        const id = `C${randomBytes(10).toString("hex").toUpperCase()}`;
        const comment = request.child("ChangeBatch")?.text("Comment");
        this.#changes.set(id, { submittedMs: this.world.clock.now(), comment });
        return route53Response("ChangeResourceRecordSetsResponse", {
            ChangeInfo: this.#changeXml(id),
        });
    }

    #getChange(id: string): ApiResponse {
        if (!this.#changes.has(id)) {
            throw new AwsError("NoSuchChange", `A change with the ID ${id} does not exist`, 404);
        }
        return route53Response("GetChangeResponse", { ChangeInfo: this.#changeXml(id) });
    }

    /** https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html */
    #testDnsAnswer({ query }: ApiRequest): ApiResponse {
        const resource = this.#zoneResource(query.get("hostedzoneid") ?? "");
        const name = canonicalName(query.get("recordname") ?? "");
        const type = query.get("recordtype") ?? "";
        const { network } = this.world;
        // Without a resolver, AWS takes one in us-east-1.
        const resolver = network.publicAddressOf(network.egressAddress("us-east-1"));
        const { answers, rcode } = this.options.dns.resolve(name, type, {
            clientSubnet: askingSubnet(query, resolver),
        });
        return route53Response("TestDNSAnswerResponse", {
            Nameserver: describeZone(resource).nameServers[0]?.replace(/\.$/, ""),
            RecordName: name,
            RecordType: type,
            RecordData: {
                RecordDataEntry: answers
                    .filter((answer) => answer.type === type || answer.type === "CNAME")
                    .map(({ value }) => value),
            },
            ResponseCode: rcode,
            Protocol: "UDP",
        });
    }

    #healthCheck(id: string): StoredResource {
        const check = this.world.store.get(healthCheckType, "global", id);
        if (check === undefined) {
            throw new AwsError(
                "NoSuchHealthCheck",
                `No health check exists with the specified ID ${id}`,
                404,
            );
        }
        return check;
    }

    /** @throws AwsError NoSuchHostedZone */
    #zoneResource(zoneId: string): StoredResource {
        const { id } = hostedZone(this.world.store, zoneId);
        return this.world.store.get(zoneType, "global", id) as StoredResource;
    }

    #declared(zone: HostedZone): readonly RecordSet[] {
        return recordsOf(this.world.store, zone).map(({ set }) => set);
    }

    #sets(resource: StoredResource): readonly RecordSet[] {
        const zone = describeZone(resource);
        const declared = this.#declared(zone);
        return [...apexSets(zone, declared), ...declared];
    }

    #zoneXml(resource: StoredResource): XmlElement {
        const { id, name } = describeZone(resource);
        return {
            Id: `/hostedzone/${id}`,
            Name: absolute(name),
            CallerReference: id,
            Config: { PrivateZone: false },
            ResourceRecordSetCount: this.#sets(resource).length,
        };
    }

    #changeXml(id: string): XmlElement {
        const { submittedMs = 0, comment } = this.#changes.get(id) ?? {};
        return {
            Id: `/change/${id}`,
            Status: this.world.clock.now() - submittedMs < changeMs ? "PENDING" : "INSYNC",
            SubmittedAt: new Date(submittedMs).toISOString(),
            Comment: comment,
        };
    }
}
